package refinery.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The identity of a survey: {@code survey-} and 1 to 100 characters of {@code [a-z0-9._-]}. */
public record SurveyId(@JsonValue String value) implements Comparable<SurveyId> {
  public static final String PREFIX = "survey-";

  public SurveyId {
    Ids.check(PREFIX, value);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static SurveyId of(String value) {
    return new SurveyId(value);
  }

  @Override
  public int compareTo(SurveyId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
