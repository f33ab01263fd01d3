package refinery.job;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobState;

/** The phase of a job's life, with the data that only this phase has. */
sealed interface Phase {
  record Queued() implements Phase {}

  record Running(GrantedAttempt attempt) implements Phase {}

  /**
   * Between two events of one decision, the second of which says what follows. No command ever
   * finds a job in it.
   */
  record AttemptOver() implements Phase {}

  record Waiting(Instant until, Optional<String> reason) implements Phase {}

  /** In the queue, but no node of the cluster could hold it, even if it were empty. */
  record Unplaceable(String reason) implements Phase {}

  /** A failed or cancelled job leaves this only by a retry, a succeeded one never. */
  sealed interface Ended extends Phase {
    Instant at();
  }

  record Succeeded(Instant at, JobResult result) implements Ended {}

  record Failed(Instant at) implements Ended {}

  record Cancelled(Instant at, String reason) implements Ended {}

  /** The state as the API names it. */
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

  /** True when the scheduler has the job in its queue, or will once it hears of it. */
  default boolean isInQueue() {
    return this instanceof Queued || this instanceof Unplaceable;
  }

  /** The running attempt; empty in every other phase. */
  default Optional<GrantedAttempt> running() {
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

  /** Why the job does not go on, in words; empty when it does, or when its failure says why. */
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
