package refinery.job;

import java.time.Duration;
import java.util.Optional;
import refinery.journal.JobUsage;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.protocol.job.WorkSize;

/** What process jobs reserved and used, and what they saved. Pure. */
final class JobUsages {
  private JobUsages() {}

  /** Empty until the job has succeeded, and for a job that brought its command. */
  static Optional<JobUsage> of(Job job) {
    return job.phase() instanceof Phase.Succeeded succeeded
            && job.spec().work() instanceof Work.Process work
            && work.command().isEmpty()
            && succeeded.result() instanceof JobResult.Processed result
        ? Optional.of(of(job, succeeded, work, result))
        : Optional.empty();
  }

  private static JobUsage of(
      Job job, Phase.Succeeded succeeded, Work.Process work, JobResult.Processed result) {
    boolean reused = result.reusedFrom().isPresent();
    double seconds =
        job.latest()
            .map(attempt -> Duration.between(attempt.startedAt(), succeeded.at()).toMillis() / 1e3)
            .orElse(0.0);
    return new JobUsage(
        WorkSize.of(work),
        job.demand().resources(),
        used(job),
        Math.max(0, seconds),
        reused,
        reused ? result.savedCpuSeconds() : 0,
        reused ? bytes(result) : 0,
        succeeded.at());
  }

  /** Bytes of all artifacts of a result. */
  static long bytes(JobResult.Processed result) {
    return result.artifacts().stream().mapToLong(Artifact::size).sum();
  }

  private static Usage used(Job job) {
    return job.history()
        .last()
        .map(GrantedAttempt.Ended::end)
        .filter(end -> end instanceof AttemptEnd.Succeeded)
        .map(end -> ((AttemptEnd.Succeeded) end).usage())
        .filter(usage -> Double.isFinite(usage.cpuSeconds()))
        .orElse(Usage.NONE);
  }
}
