package refinery.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobState;
import refinery.protocol.job.Work;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.SurveyView;
import refinery.protocol.scheduling.JobTicket;
import refinery.protocol.survey.SurveyState;

/** Rows and events to fill tables with. */
public final class Examples {
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private Examples() {}

  public static Instant at(long second) {
    return START.plusSeconds(second);
  }

  public static ReadRow.Job job(String name, JobState state, long second) {
    return job(name, JobKind.PROCESS, state, second, Optional.empty(), Optional.empty(), "salmon");
  }

  public static ReadRow.Job job(
      String name,
      JobKind kind,
      JobState state,
      long second,
      Optional<SurveyId> survey,
      Optional<NodeId> node,
      String pipeline) {
    JobId id = new JobId("job-" + name);
    Optional<Failure> failure =
        state == JobState.FAILED
            ? Optional.of(Failure.of(FailureClass.PERMANENT, "exit 1 of " + pipeline))
            : Optional.empty();
    JobView view =
        new JobView(
            id,
            kind,
            survey,
            List.of(),
            Optional.empty(),
            pipeline,
            state,
            1,
            node,
            50,
            Resources.of(1000, 1 << 30, 0),
            at(second),
            Optional.empty(),
            state.isTerminal() ? Optional.of(at(second + 1)) : Optional.empty(),
            Optional.empty(),
            failure,
            Optional.empty(),
            state == JobState.WAITING ? Optional.of("the index of " + name) : Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty());
    JobTicket ticket =
        new JobTicket(id, kind.role(), "", 50, 0, Resources.of(1000, 1 << 30, 0), "", at(second));
    Optional<String> fingerprint =
        state == JobState.SUCCEEDED ? Optional.of("print-" + name) : Optional.empty();
    return new ReadRow.Job(
        view, ticket, fingerprint, kind == JobKind.DOWNLOAD, state == JobState.QUEUED);
  }

  private static final String REASONS =
      "[{\"level\":\"warn\",\"measure\":\"mapping_rate_percent\",\"value\":41.5,"
          + "\"unit\":\"percent\",\"threshold\":\"below 50 %\",\"message\":\"warn\"}]";

  /** The same job, failed of this. */
  public static ReadRow failed(
      ReadRow.Job row, FailureClass failureClass, String message, String batch) {
    JobView job = row.view();
    JobView view =
        new JobView(
            job.id(),
            job.kind(),
            job.surveyId(),
            List.of(new BatchId(batch)),
            job.key(),
            job.pipeline(),
            job.state(),
            job.attempt(),
            job.node(),
            job.priority(),
            job.resources(),
            job.createdAt(),
            job.startedAt(),
            job.finishedAt(),
            job.nextAttemptAt(),
            Optional.of(Failure.of(failureClass, message)),
            job.actor(),
            job.waitingFor(),
            job.attempts(),
            job.steps(),
            job.artifacts(),
            job.reused(),
            job.reservation());
    return new ReadRow.Job(view, row.ticket(), row.fingerprint(), row.rawData(), row.open());
  }

  public static ReadRow.Batch batch(
      String name, BatchState state, long second, String organism, SurveyId... surveys) {
    BatchView view =
        new BatchView(
            new BatchId("batch-" + name),
            List.of(surveys),
            List.of(),
            "ena",
            "SRR" + name,
            "salmon-quant",
            Optional.of(organism),
            Map.of("title", "Title of " + name),
            Map.of(),
            List.of(),
            state,
            Optional.empty(),
            Optional.empty(),
            at(second),
            at(second),
            List.of(),
            List.of(new JobId("job-" + name)),
            List.of(),
            Map.of("quality_verdict", "warn", "quality_reasons", REASONS),
            Optional.empty());
    return new ReadRow.Batch(view, Optional.empty(), false);
  }

  public static ReadRow.Survey survey(String name, SurveyState state, long second) {
    JsonNode parameters = Json.MAPPER.createObjectNode().put("accession", "PRJNA1");
    SurveyView view =
        new SurveyView(
            new SurveyId("survey-" + name),
            "ena",
            parameters,
            "salmon-quant",
            Map.of(),
            50,
            Map.of(),
            state,
            Optional.empty(),
            Optional.empty(),
            at(second),
            Optional.empty(),
            new JobId("job-" + name),
            false,
            Optional.empty(),
            SurveyView.BatchCounts.NONE);
    return new ReadRow.Survey(view, state == SurveyState.RUNNING);
  }

  public static JobEvent submitted(String name, long second) {
    return new JobEvent.Submitted(
        new JobSpec(
            new JobId("job-" + name),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(),
            "command",
            50,
            0,
            Resources.of(1000, 1 << 30, 0),
            new Work.Process(
                "command", List.of(), List.of(), Map.of(), Map.of(), List.of("/bin/true")),
            at(second)),
        0,
        Optional.empty(),
        at(second));
  }

  public static JobEvent started(long second) {
    return new JobEvent.Started(1, new NodeId("node-a"), 1, 1, at(second));
  }

  public static <E> Recorded<E> with(E event, ReadRow row) {
    return new Recorded<>(event, Optional.of(row));
  }
}
