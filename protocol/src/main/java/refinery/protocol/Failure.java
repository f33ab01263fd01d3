package refinery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Why an attempt, a job or a batch failed.
 *
 * @param failureClass decides whether and how the job is tried again
 * @param message in words, for a person who may have to act; the class's word where none was given
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
