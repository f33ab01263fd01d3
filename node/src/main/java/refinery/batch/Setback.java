package refinery.batch;

import java.util.Optional;
import refinery.protocol.JobId;

/** What keeps a batch from going on by itself. */
sealed interface Setback {
  Setback NONE = new None();

  record None() implements Setback {}

  /** This job failed; a retry has to retry it. */
  record JobFailed(JobId job) implements Setback {}

  /** That job was asked to go on and has not said so yet. */
  record Retrying(JobId job) implements Setback {}

  /** What it needs was given up; its raw data is there, and a retry asks again. */
  record NeedGivenUp() implements Setback {}

  default Optional<JobId> toGoOnWith() {
    return switch (this) {
      case JobFailed failed -> Optional.of(failed.job());
      case Retrying retrying -> Optional.of(retrying.job());
      case None none -> Optional.empty();
      case NeedGivenUp given -> Optional.empty();
    };
  }
}
