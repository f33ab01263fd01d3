package refinery.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The identity of a job: {@code job-} and 1 to 100 characters of {@code [a-z0-9._-]}. */
public record JobId(@JsonValue String value) implements Comparable<JobId> {
  public static final String PREFIX = "job-";

  public JobId {
    Ids.check(PREFIX, value);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static JobId of(String value) {
    return new JobId(value);
  }

  @Override
  public int compareTo(JobId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
