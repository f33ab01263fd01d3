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

  /** Its node ended or gave it back; a result of it that comes later does not count. */
  record Lost(Instant at, Failure failure, Usage usage) implements AttemptEnd {}

  /** Not possible yet. */
  record Deferred(Instant at, String reason) implements AttemptEnd {}

  /** With its job, while it ran; a result of it that comes later does not count. */
  record Cancelled(Instant at, String reason) implements AttemptEnd {}

  static AttemptEnd failed(Instant at, Failure failure, Usage usage) {
    return failure.failureClass() == FailureClass.NODE_LOST
        ? new Lost(at, failure, usage)
        : new Failed(at, failure, usage);
  }

  /** True when the job has it from its node: a repeat of that report is accepted too. */
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
