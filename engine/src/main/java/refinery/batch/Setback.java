package refinery.batch;

import java.util.Optional;
import refinery.protocol.Failure;
import refinery.protocol.JobId;

/** What keeps a batch from going on by itself. */
sealed interface Setback {
  Setback NONE = new None();

  record None() implements Setback {}

  /** This job failed; a retry of the batch retries it. */
  record JobFailed(JobId job, Failure failure) implements Setback {}

  /** This job was asked to go on and has not yet said that it does. */
  record Retrying(JobId job) implements Setback {}

  /**
   * This job had failed and was retried by another batch. The batch goes on with it, but only as
   * long as a survey wants it.
   *
   * @param failure from before the retry
   */
  record Along(JobId job, Failure failure) implements Setback {}

  /** The need was given up. The raw data is still there, and a retry asks for the need again. */
  record NeedGivenUp() implements Setback {}

  /** The job that a retry takes up again. */
  default Optional<JobId> toGoOnWith() {
    return switch (this) {
      case JobFailed failed -> Optional.of(failed.job());
      case Retrying retrying -> Optional.of(retrying.job());
      case Along along -> Optional.of(along.job());
      case None none -> Optional.empty();
      case NeedGivenUp given -> Optional.empty();
    };
  }

  /**
   * What is left once the job is at work again.
   *
   * @param forAnother true when another batch had it retried
   */
  default Setback atWork(boolean forAnother) {
    return switch (this) {
      case JobFailed failed when forAnother -> new Along(failed.job(), failed.failure());
      case Along along when forAnother -> along;
      case JobFailed failed -> NONE;
      case Along along -> NONE;
      case Retrying retrying -> NONE;
      case None none -> NONE;
      case NeedGivenUp given -> NONE;
    };
  }
}
