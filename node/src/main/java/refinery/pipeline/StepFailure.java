package refinery.pipeline;

import refinery.protocol.Failure;
import refinery.protocol.FailureClass;

/** A step cannot deliver; becomes the attempt's failure once, in the run. */
final class StepFailure extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient Failure failure;

  StepFailure(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  static StepFailure permanent(String message) {
    return new StepFailure(Failure.of(FailureClass.PERMANENT, message));
  }

  static StepFailure corrupt(String message) {
    return new StepFailure(Failure.of(FailureClass.CORRUPT, message));
  }

  /** A tool said success and its output ends too early: writing failed unnoticed. */
  static StepFailure cutShort(String message) {
    return new StepFailure(
        Failure.of(
            FailureClass.OUT_OF_DISK,
            message + "; the tool reported success, so its writes failed (volume or quota full)"));
  }

  Failure failure() {
    return failure;
  }
}
