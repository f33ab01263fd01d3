package refinery.job;

import java.time.Instant;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.Usage;

/** How an attempt ended. */
sealed interface AttemptEnd {
  Instant at();

  record Succeeded(Instant at, Usage usage) implements AttemptEnd {}

  record Failed(Instant at, Failure failure, Usage usage) implements AttemptEnd {}

  /** Its node ended or handed it back. A result that arrives later is ignored. */
  record Lost(Instant at, Failure failure, Usage usage) implements AttemptEnd {}

  /** The attempt could not go on with what was reserved; no failure. */
  record Deferred(Instant at, String reason) implements AttemptEnd {}

  /** Its job was cancelled while it ran. A result that arrives later is ignored. */
  record Cancelled(Instant at, String reason) implements AttemptEnd {}

  static AttemptEnd failed(Instant at, Failure failure, Usage usage) {
    return failure.failureClass() == FailureClass.NODE_LOST
        ? new Lost(at, failure, usage)
        : new Failed(at, failure, usage);
  }

  /**
   * True when the node itself reported this end; a repeat of that report is then accepted as well.
   */
  default boolean wasReported() {
    return switch (this) {
      case Succeeded succeeded -> true;
      case Failed failed -> true;
      case Deferred deferred -> true;
      case Lost lost -> false;
      case Cancelled cancelled -> false;
    };
  }
}
