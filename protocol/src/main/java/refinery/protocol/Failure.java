package refinery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A failure as a value.
 *
 * @param failureClass decides what happens next
 * @param message what a person can act on; never empty
 * @param step the step or file that failed, empty when none applies
 */
public record Failure(
    @JsonProperty("class") FailureClass failureClass, String message, String step) {
  public Failure {
    message = message == null || message.isBlank() ? failureClass.word() : message;
    step = step == null ? "" : step;
  }

  public static Failure of(FailureClass failureClass, String message) {
    return new Failure(failureClass, message, "");
  }
}
