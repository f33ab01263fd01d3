package refinery.job;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.journal.ReadRow;
import refinery.protocol.FailureClass;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.StepRecord;
import refinery.protocol.job.Work;
import refinery.protocol.query.JobView;
import refinery.protocol.scheduling.JobTicket;

/** How a job looks to others. */
final class JobViews {
  private JobViews() {}

  static JobTicket ticket(Job job) {
    return new JobTicket(
        job.id(),
        job.spec().kind().role(),
        job.spec().surveyId().map(SurveyId::value).orElse(""),
        job.priority(),
        wasLost(job) ? JobTicket.FIRST : job.spec().order(),
        job.resources(),
        "",
        job.queuedAt());
  }

  private static boolean wasLost(Job job) {
    return !job.attempts().isEmpty()
        && job.attempts().getLast().outcome().equals(FailureClass.NODE_LOST.word());
  }

  static ReadRow row(Job job, boolean open) {
    boolean rawData = job.spec().kind() == JobKind.DOWNLOAD && !job.rawDataDiscarded();
    return new ReadRow.Job(view(job), ticket(job), fingerprint(job), rawData, open);
  }

  private static Optional<String> fingerprint(Job job) {
    return job.result()
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
        job.node(),
        job.priority(),
        job.resources(),
        job.spec().createdAt(),
        job.startedAt(),
        job.finishedAt(),
        job.nextAttemptAt(),
        job.failure(),
        job.waitingFor(),
        job.attempts(),
        job.steps(),
        artifacts(job));
  }

  private static Optional<String> key(Work work) {
    return switch (work) {
      case Work.Survey survey -> Optional.of(survey.source());
      case Work.Download download -> Optional.of(download.key());
      case Work.Process process -> Optional.ofNullable(process.parameters().get("key"));
    };
  }

  private static List<Artifact> artifacts(Job job) {
    Stream<Artifact> logs = job.steps().stream().flatMap((StepRecord step) -> step.log().stream());
    Stream<Artifact> outputs =
        job.result().stream()
            .filter(result -> result instanceof JobResult.Processed)
            .flatMap(result -> ((JobResult.Processed) result).artifacts().stream());
    return Stream.concat(outputs, logs).distinct().toList();
  }
}
