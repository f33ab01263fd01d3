package refinery.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.journal.ReadRow;
import refinery.protocol.Failure;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.StepRecord;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.protocol.query.JobView;
import refinery.protocol.query.JobView.AttemptView;
import refinery.protocol.scheduling.JobTicket;

/** Shows a job to the scheduler, the read model and the API. Pure. */
final class JobViews {
  private JobViews() {}

  static JobTicket ticket(Job job) {
    return new JobTicket(
        job.id(),
        job.spec().kind().role(),
        job.spec().surveyId().map(SurveyId::value).orElse(""),
        job.demand().priority(),
        wasLost(job) ? JobTicket.FIRST : job.spec().order(),
        job.demand().resources(),
        "",
        job.demand().queuedAt());
  }

  /**
   * True when no attempt runs and the last one was lost with its node: the job then goes first in
   * the queue.
   */
  private static boolean wasLost(Job job) {
    return job.phase().running().isEmpty()
        && job.history().last().filter(ended -> ended.end() instanceof AttemptEnd.Lost).isPresent();
  }

  static ReadRow row(Job job, boolean open) {
    boolean rawData = job.rawData() == RawData.KEPT;
    return new ReadRow.Job(
        view(job), ticket(job), fingerprint(job), rawData, JobUsages.of(job), open);
  }

  private static Optional<String> fingerprint(Job job) {
    return job.phase()
        .delivered()
        .filter(result -> result instanceof JobResult.Processed)
        .map(result -> ((JobResult.Processed) result).fingerprint())
        .filter(text -> !text.isEmpty());
  }

  static JobView view(Job job) {
    return new JobView(
        job.id(),
        job.spec().kind(),
        job.spec().surveyId(),
        job.owners(),
        key(job.spec().work()),
        job.spec().pipeline(),
        job.state(),
        job.attempt(),
        job.phase().running().map(GrantedAttempt::node),
        job.demand().priority(),
        job.demand().resources(),
        job.spec().createdAt(),
        job.latest().map(GrantedAttempt::startedAt),
        job.phase().finishedAt(),
        job.phase().nextAttemptAt(),
        job.history().failure(),
        job.history().actor(),
        job.phase().waitingFor(),
        attempts(job),
        job.history().steps(),
        artifacts(job),
        reused(job),
        Optional.of(reservation(job)));
  }

  private static JobView.Reservation reservation(Job job) {
    Resources first = job.spec().resources();
    Resources now = job.demand().resources();
    boolean raised = now.memory() > first.memory() || now.disk() > first.disk();
    String from = raised ? "raised" : job.spec().declared().isPresent() ? "learned" : "declared";
    return new JobView.Reservation(from, job.spec().declared().orElse(first));
  }

  private static Optional<JobView.Reused> reused(Job job) {
    return job.phase()
        .delivered()
        .filter(result -> result instanceof JobResult.Processed)
        .map(result -> (JobResult.Processed) result)
        .flatMap(
            result ->
                result
                    .reusedFrom()
                    .map(
                        from ->
                            new JobView.Reused(
                                from, result.savedCpuSeconds(), JobUsages.bytes(result))));
  }

  private static List<AttemptView> attempts(Job job) {
    Stream<AttemptView> ended =
        job.history().attempts().stream().map(each -> ended(each.attempt(), each.end()));
    Stream<AttemptView> running =
        job.phase().running().stream()
            .map(attempt -> view(attempt, Optional.empty(), "running", "", Usage.NONE));
    return Stream.concat(ended, running).toList();
  }

  private static AttemptView ended(GrantedAttempt attempt, AttemptEnd end) {
    Optional<Instant> at = Optional.of(end.at());
    return switch (end) {
      case AttemptEnd.Succeeded succeeded -> view(attempt, at, "succeeded", "", succeeded.usage());
      case AttemptEnd.Failed failed -> failed(attempt, at, failed.failure(), failed.usage());
      case AttemptEnd.Lost lost -> failed(attempt, at, lost.failure(), lost.usage());
      case AttemptEnd.Deferred deferred ->
          view(attempt, at, "deferred", deferred.reason(), Usage.NONE);
      case AttemptEnd.Cancelled cancelled ->
          view(attempt, at, "cancelled", cancelled.reason(), Usage.NONE);
    };
  }

  private static AttemptView failed(
      GrantedAttempt attempt, Optional<Instant> at, Failure failure, Usage usage) {
    return view(attempt, at, failure.failureClass().word(), failure.message(), usage);
  }

  private static AttemptView view(
      GrantedAttempt attempt, Optional<Instant> at, String outcome, String message, Usage usage) {
    return new AttemptView(
        attempt.number(),
        attempt.node(),
        attempt.startedAt(),
        at,
        outcome,
        message,
        usage.peakMemory(),
        usage.cpuSeconds(),
        usage.scratch());
  }

  private static Optional<String> key(Work work) {
    return switch (work) {
      case Work.Survey survey -> Optional.of(survey.source());
      case Work.Download download -> Optional.of(download.key());
      case Work.Process process -> Optional.ofNullable(process.said().get("key"));
    };
  }

  private static List<Artifact> artifacts(Job job) {
    Stream<Artifact> logs =
        job.history().steps().stream().flatMap((StepRecord step) -> step.log().stream());
    Stream<Artifact> outputs =
        job.phase().delivered().stream()
            .filter(result -> result instanceof JobResult.Processed)
            .flatMap(result -> ((JobResult.Processed) result).artifacts().stream());
    return Stream.concat(outputs, logs).distinct().toList();
  }
}
