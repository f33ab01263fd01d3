package refinery.protocol.survey;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The state of a survey as the API names it. */
public enum SurveyState {
  RUNNING,
  AWAITING_INPUT,
  DONE,
  DONE_WITH_FAILURES,
  FAILED,
  CANCELLED;

  public boolean isTerminal() {
    return this != RUNNING && this != AWAITING_INPUT;
  }

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
