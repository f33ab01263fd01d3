package refinery.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.dataset.DatasetFiles;
import refinery.protocol.dataset.DatasetId;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.DatasetRequestReader;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.job.StepRecord;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.NodeView;
import refinery.protocol.query.ScheduleView;
import refinery.protocol.schedule.ScheduleRequest;
import refinery.protocol.schedule.ScheduleState;
import refinery.protocol.survey.SurveyState;

/** Rows as the node would write them. */
final class Samples {
  static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
  static final String QUANT = "a".repeat(64);
  static final String LOG = "b".repeat(64);

  private Samples() {}

  static ScheduleView schedule(ScheduleId id, ScheduleRequest request) {
    return new ScheduleView(
        id,
        id.name(),
        request.cron(),
        request.timezone(),
        request.survey(),
        ScheduleState.ACTIVE,
        Optional.of(AT.plusSeconds(60)),
        Optional.empty(),
        Optional.of(AT),
        Optional.empty(),
        AT,
        List.of(
            new ScheduleView.Run(
                AT,
                AT,
                Optional.of(SurveyId.of("survey-one")),
                Optional.of(SurveyState.DONE),
                Optional.empty(),
                2),
            new ScheduleView.Run(
                AT, AT, Optional.empty(), Optional.empty(), Optional.of("no"), 0)));
  }

  static JobView job(JobId id, JobState state) {
    boolean failed = state == JobState.FAILED;
    boolean waits = state == JobState.WAITING;
    return new JobView(
        id,
        JobKind.PROCESS,
        Optional.empty(),
        List.of(BatchId.of("batch-one")),
        Optional.empty(),
        "salmon-quant",
        state,
        state == JobState.QUEUED ? 0 : 1,
        state == JobState.QUEUED ? Optional.empty() : Optional.of(NodeId.of("node-a")),
        50,
        Resources.of(1000, 1 << 20, 0),
        AT,
        state == JobState.QUEUED ? Optional.empty() : Optional.of(AT),
        state.isTerminal() ? Optional.of(AT.plusSeconds(9)) : Optional.empty(),
        waits ? Optional.of(AT.plusSeconds(60)) : Optional.empty(),
        failed
            ? Optional.of(new Failure(FailureClass.PERMANENT, "salmon exited 1", "quant"))
            : Optional.empty(),
        Optional.empty(),
        waits ? Optional.of("waiting for the k=31 index of homo_sapiens") : Optional.empty(),
        List.of(
            new JobView.AttemptView(
                1, NodeId.of("node-a"), AT, Optional.empty(), "running", "", 0, 0)),
        state.isTerminal() ? List.of(step()) : List.of(),
        List.of(new Artifact("quant.sf", QUANT, 10, "text/tab-separated-values")),
        Optional.empty(),
        Optional.empty());
  }

  /** Its only step is ours: it leaves checks and no log. */
  static JobView silent(JobId id) {
    JobView job = job(id, JobState.SUCCEEDED);
    StepRecord step =
        new StepRecord(
            "download SRR1.fastq.gz",
            List.of(),
            "refinery",
            0,
            AT,
            AT.plusSeconds(8),
            0,
            0,
            Optional.empty(),
            List.of("md5 matches"));
    return new JobView(
        id,
        JobKind.DOWNLOAD,
        job.surveyId(),
        job.batchIds(),
        job.key(),
        "",
        job.state(),
        job.attempt(),
        job.node(),
        job.priority(),
        job.resources(),
        job.createdAt(),
        job.startedAt(),
        job.finishedAt(),
        job.nextAttemptAt(),
        job.failure(),
        Optional.empty(),
        job.waitingFor(),
        job.attempts(),
        List.of(step),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  private static StepRecord step() {
    return new StepRecord(
        "quant",
        List.of("salmon", "quant", "-o", "it's here"),
        "salmon 1.10.1",
        0,
        AT,
        AT.plusSeconds(8),
        123_456,
        7.5,
        Optional.of(new Artifact("quant.log", LOG, 12, "text/plain")),
        List.of("quant.sf has rows"));
  }

  static BatchView batch(BatchId id) {
    return new BatchView(
        id,
        List.of(SurveyId.of("survey-one")),
        List.of("survey-one", "batch-of-all"),
        "ena",
        "SRR1",
        "salmon-quant",
        Optional.of("homo_sapiens"),
        Map.of("source_name", "Liver tissue"),
        Map.of(),
        List.of(),
        BatchState.DONE,
        Optional.empty(),
        Optional.empty(),
        AT,
        AT,
        List.of(
            new BatchView.FileView(
                "SRR1_1.fastq.gz",
                "fastq.gz",
                List.of("https://ena.example/SRR1_1.fastq.gz"),
                OptionalLong.of(5),
                Optional.of("0123"),
                Optional.of("ena"))),
        List.of(JobId.of("job-done")),
        List.of(
            new BatchView.ArtifactView(
                "quant.sf",
                QUANT,
                10,
                "text/tab-separated-values",
                "quant.sf",
                "/api/v1/artifacts/" + QUANT)),
        Map.of(
            "mapping_rate",
            "0.9",
            "quality_verdict",
            "warn",
            "quality_reasons",
            "[{\"level\":\"warn\",\"measure\":\"mapped_reads_per_gene\",\"value\":9,"
                + "\"unit\":\"reads per gene\",\"threshold\":\"below 10\",\"message\":\"\"}]"),
        Optional.empty());
  }

  /** A file that the pipeline had before, and its SHA-256 (by sha256sum). */
  static final String FORMER = "name = salmon-quant # as it was\n";

  static final String FORMER_SHA256 =
      "1d19ffd717c9206faa67e56f49a237e8546abc0ac597e32c9a5fdd0f6d09b06b";

  /** The same with these facts. */
  static BatchView with(BatchView batch, Map<String, String> facts) {
    return new BatchView(
        batch.id(),
        batch.surveyIds(),
        batch.observers(),
        batch.source(),
        batch.key(),
        batch.pipeline(),
        batch.organism(),
        batch.keyValues(),
        batch.parameters(),
        batch.needs(),
        batch.state(),
        batch.reason(),
        batch.actor(),
        batch.createdAt(),
        batch.updatedAt(),
        batch.files(),
        batch.jobIds(),
        batch.artifacts(),
        facts,
        batch.withdrawnAt());
  }

  /** The batch that makes a dataset, with a file for people and the store. */
  static BatchView dataset(DatasetId id, BatchState state) throws JsonProcessingException {
    BatchView one = batch(id.batch());
    DatasetRequest request =
        ((Validated.Valid<DatasetRequest>)
                DatasetRequestReader.read(
                    Json.MAPPER.readTree("{\"samples\": [\"SRR1\", \"SRR2\"]}")))
            .value();
    return new BatchView(
        one.id(),
        List.of(id.survey()),
        List.of(),
        "dataset",
        id.value(),
        "dataset",
        Optional.empty(),
        Map.of(
            DatasetFiles.PLAN_DIGEST,
            FakeDatasets.PLAN,
            DatasetFiles.PLAN,
            Json.MAPPER.writeValueAsString(FakeDatasets.made(request))),
        Map.of(),
        List.of(),
        state,
        Optional.empty(),
        Optional.empty(),
        AT,
        AT,
        List.of(),
        one.jobIds(),
        List.of(
            new BatchView.ArtifactView(
                "counts/matrix.mtx.gz", QUANT, 10, "application/gzip", "counts/matrix.mtx.gz", ""),
            new BatchView.ArtifactView(
                DatasetFiles.STORE, "d".repeat(64), 9, "application/octet-stream", "store", "")),
        Map.of(),
        Optional.empty());
  }

  static RefinedArtifact refined() {
    return new RefinedArtifact(
        BatchId.of("batch-one"),
        "salmon-quant",
        "quant.sf",
        "quant.sf",
        Optional.of("homo_sapiens"),
        Map.of("release", "110"),
        QUANT,
        10,
        "text/tab-separated-values",
        Instant.EPOCH);
  }

  static NodeView node() {
    return new NodeView(
        NodeId.of("node-a"),
        "akka://refinery@127.0.0.1:25520",
        List.of("control"),
        "up",
        Optional.empty(),
        Optional.empty(),
        "",
        Resources.of(2000, 1 << 30, 1 << 30),
        Resources.NONE,
        List.of(),
        Map.of("salmon", "1.10.1"),
        1 << 30);
  }
}
