package refinery.job;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobState;

/** Where a job stands, with what is true there alone. */
sealed interface Phase {
  record Queued() implements Phase {}

  record Running(Attempt attempt) implements Phase {}

  /** Between two events of one decision: the next says what follows. No command meets it. */
  record AttemptOver() implements Phase {}

  record Waiting(Instant until, Optional<String> reason) implements Phase {}

  /** In the queue, while no node of the cluster could hold it. */
  record Unplaceable(String reason) implements Phase {}

  /** Left only by a person's retry; a success never. */
  sealed interface Ended extends Phase {
    Instant at();
  }

  record Succeeded(Instant at, JobResult result) implements Ended {}

  record Failed(Instant at) implements Ended {}

  record Cancelled(Instant at, String reason) implements Ended {}

  /** As the API names it. */
  default JobState state() {
    return switch (this) {
      case Queued queued -> JobState.QUEUED;
      case Running running -> JobState.RUNNING;
      case AttemptOver over -> JobState.RUNNING;
      case Waiting waiting -> JobState.WAITING;
      case Unplaceable unplaceable -> JobState.UNPLACEABLE;
      case Succeeded succeeded -> JobState.SUCCEEDED;
      case Failed failed -> JobState.FAILED;
      case Cancelled cancelled -> JobState.CANCELLED;
    };
  }

  /** The scheduler has it, or should. */
  default boolean isInQueue() {
    return this instanceof Queued || this instanceof Unplaceable;
  }

  /** The attempt that runs now. */
  default Optional<Attempt> running() {
    return this instanceof Running running ? Optional.of(running.attempt()) : Optional.empty();
  }

  default Optional<Instant> nextAttemptAt() {
    return this instanceof Waiting waiting ? Optional.of(waiting.until()) : Optional.empty();
  }

  default Optional<Instant> finishedAt() {
    return this instanceof Ended ended ? Optional.of(ended.at()) : Optional.empty();
  }

  default Optional<JobResult> delivered() {
    return this instanceof Succeeded succeeded ? Optional.of(succeeded.result()) : Optional.empty();
  }

  /** Why nothing goes on, for a person. */
  default Optional<String> waitingFor() {
    return switch (this) {
      case Waiting waiting -> waiting.reason();
      case Unplaceable unplaceable -> Optional.of(unplaceable.reason());
      case Cancelled cancelled -> Optional.of(cancelled.reason());
      case Queued queued -> Optional.empty();
      case Running running -> Optional.empty();
      case AttemptOver over -> Optional.empty();
      case Succeeded succeeded -> Optional.empty();
      case Failed failed -> Optional.empty();
    };
  }
}
