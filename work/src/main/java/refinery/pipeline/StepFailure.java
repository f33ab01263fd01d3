package refinery.pipeline;

import refinery.protocol.Failure;
import refinery.protocol.FailureClass;

/** A step has failed; the run turns it into the attempt's failure. */
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

  /**
   * A tool reported success but its output ends too early, because a write failed unnoticed. On a
   * full volume or quota {@link StepRunner} turns it into {@code out_of_disk}. Otherwise the output
   * is damaged, and another try may help.
   */
  static StepFailure cutShort(String message) {
    return new StepFailure(
        Failure.of(FailureClass.CORRUPT, message + "; the tool reported success"));
  }

  Failure failure() {
    return failure;
  }
}
