package refinery.http.crate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
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
import refinery.protocol.SurveyId;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.job.StepRecord;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.SurveyView;
import refinery.protocol.survey.SurveyState;

/** Batches of many shapes: sources, pipelines, ends, inputs and names. The number decides all. */
final class CrateCases {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678901Z");
  private static final List<String> SOURCES =
      List.of("ena", "ncbi", "geo", "ensembl", "files", "batches", "refseq", "biostudies");
  private static final List<String> PIPELINES =
      List.of("salmon-quant", "kallisto-quant", "transcriptome-index", "concatenate", "command");
  private static final List<String> HOSTILE =
      List.of(
          "../../etc/passwd",
          "a b\"<script>{}|\\^`",
          "\u0000\n\t\u202Eexe.sf",
          "ro-crate-metadata.json",
          "./",
          "\uD83E\uDDEC gène #1%2F%zz?x=y",
          "x".repeat(5000),
          "");

  private final int number;

  private CrateCases(int number) {
    this.number = number;
  }

  static Run of(int number) {
    return new CrateCases(number).run();
  }

  private boolean hostile() {
    return number % 3 == 1;
  }

  private <T> T pick(List<T> all) {
    return all.get(number % all.size());
  }

  private String name(String plain, int index) {
    return hostile() ? HOSTILE.get((number + index) % HOSTILE.size()) : plain;
  }

  private Run run() {
    List<JobView> jobs = jobs();
    JsonNode described = description();
    boolean known = number % 7 != 6;
    return new Run(
        batch(jobs),
        jobs,
        number % 4 == 3 ? Optional.empty() : Optional.of(survey()),
        known ? Optional.of(described) : Optional.empty(),
        known ? Optional.of("name = " + pick(PIPELINES) + "\n") : Optional.empty(),
        "http://127.0.0.1:8080",
        "0.2.0");
  }

  private SurveyView survey() {
    ObjectNode parameters = Json.MAPPER.createObjectNode();
    parameters.put("accession", name("PRJNA1", 20)).put("table", "file:///home/somebody/x");
    if (!pick(SOURCES).equals("files")) {
      parameters.remove("table");
    }
    return new SurveyView(
        SurveyId.of("survey-one"),
        pick(SOURCES),
        parameters,
        pick(PIPELINES),
        Map.of("k", "31"),
        50,
        Map.of(),
        SurveyState.DONE,
        Optional.empty(),
        Optional.empty(),
        AT,
        Optional.empty(),
        JobId.of("job-survey"),
        false,
        Optional.empty(),
        SurveyView.BatchCounts.NONE);
  }

  private JsonNode description() {
    ObjectNode described = Json.MAPPER.createObjectNode();
    described.put("name", pick(PIPELINES)).put("version", "2").put("description", "it refines");
    described
        .putObject("parameters")
        .putObject("properties")
        .putObject("k")
        .put("description", "k of the index")
        .put("default", "auto");
    return described;
  }

  private BatchView batch(List<JobView> jobs) {
    BatchState state = BatchState.values()[number % BatchState.values().length];
    boolean ended = state == BatchState.FAILED || state == BatchState.CANCELLED;
    return new BatchView(
        BatchId.of("batch-" + number),
        List.of(SurveyId.of("survey-one")),
        List.of(),
        pick(SOURCES),
        name("SRR" + number, 0),
        pick(PIPELINES),
        number % 2 == 0 ? Optional.of(name("homo_sapiens", 1)) : Optional.empty(),
        Map.of(name("source_name", 2), name("liver", 3), "read_count", "7"),
        number % 4 == 0 ? Map.of() : Map.of("k", "31", name("reference", 4), name("mouse", 5)),
        needs(),
        state,
        ended ? Optional.of(name("cancelled by a person", 6)) : Optional.empty(),
        Optional.empty(),
        AT,
        AT.plusSeconds(number),
        files(),
        jobs.stream().map(JobView::id).toList(),
        state == BatchState.DONE || number % 5 == 0 ? artifacts() : List.of(),
        number % 5 == 0
            ? Map.of(
                "pipeline_version",
                "1",
                "pipeline_sha256",
                "9".repeat(64),
                name("x", 7),
                name("y", 8))
            : Map.of(),
        Optional.empty());
  }

  private List<BatchView.NeedView> needs() {
    return switch (number % 4) {
      case 0 -> List.of();
      case 1 ->
          List.of(
              new BatchView.NeedView(
                  "index", "output", "met", "of batch-index", Optional.of(digest(90))));
      case 2 ->
          List.of(
              new BatchView.NeedView(
                  name("quants", 9), "outputs", "met", "100000 of 100000", Optional.of(digest(91))),
              new BatchView.NeedView("index", "output", "met", "twice", Optional.of(digest(91))));
      default -> List.of(new BatchView.NeedView("index", "output", "waiting", "no index"));
    };
  }

  private List<BatchView.FileView> files() {
    List<BatchView.FileView> files = new ArrayList<>();
    for (int i = 0; i < number % 4; i++) {
      List<String> locations =
          switch ((number + i) % 5) {
            case 0 -> List.of("https://ftp.sra.ebi.ac.uk/vol1/SRR_" + i + ".fastq.gz");
            case 1 -> List.of("file:///home/somebody/secret.fastq.gz");
            case 2 ->
                List.of("https://user:word@example.org/x", "s3://bucket/a b/" + HOSTILE.get(5));
            case 3 -> List.of("https://w3id.org/ro/wfrun/process/0.5", "https://example.org/b%2");
            default -> List.of();
          };
      files.add(
          new BatchView.FileView(
              name("SRR_" + i + ".fastq.gz", 10 + i),
              i == 0 ? "fastq.gz" : "sra",
              locations,
              i == 0 ? OptionalLong.of(123) : OptionalLong.empty(),
              i == 0 ? Optional.of("0".repeat(32)) : Optional.empty(),
              i == 0 ? Optional.of("ena") : Optional.empty()));
    }
    return files;
  }

  private List<BatchView.ArtifactView> artifacts() {
    return List.of(
        artifact(name("quant.sf", 13), 1, 1000, "quant"),
        artifact(name("quant.genes.sf", 14), 2, 0, "genes"),
        artifact("QUANT.SF", 3, 1000, "quant"),
        artifact("index.tar.gz", 4, 1L << 40, "index"),
        artifact("0-quant.log", 100, 12, Artifact.LOG),
        artifact("reused.log", 5, 12, Artifact.LOG));
  }

  private static BatchView.ArtifactView artifact(String name, int content, long size, String role) {
    String sha256 = digest(content);
    return new BatchView.ArtifactView(
        name, sha256, size, "text/plain", role, "/api/v1/artifacts/" + sha256);
  }

  static String digest(int content) {
    return "%064x".formatted(content);
  }

  private List<JobView> jobs() {
    List<JobView> jobs = new ArrayList<>();
    if (number % 6 == 3) {
      return jobs;
    }
    jobs.add(job(JobKind.DOWNLOAD, 0, number % 4 == 2 ? JobState.FAILED : JobState.SUCCEEDED));
    JobState[] states = JobState.values();
    for (int i = 1; i <= number % 3; i++) {
      jobs.add(job(JobKind.PROCESS, i, states[(number / 3 + i) % states.length]));
    }
    return jobs;
  }

  private JobView job(JobKind kind, int index, JobState state) {
    boolean begun = state != JobState.QUEUED && state != JobState.UNPLACEABLE;
    boolean failed = state == JobState.FAILED || state == JobState.WAITING;
    List<StepRecord> steps = new ArrayList<>();
    for (int i = 0; begun && i < (number + index) % 4; i++) {
      steps.add(step(kind, i, failed));
    }
    return new JobView(
        JobId.of("job-%d-%d".formatted(number, index)),
        kind,
        Optional.empty(),
        List.of(BatchId.of("batch-" + number)),
        Optional.empty(),
        pick(PIPELINES),
        state,
        begun ? 1 : 0,
        begun ? Optional.of(NodeId.of("node-a")) : Optional.empty(),
        50,
        Resources.of(1000, 1 << 20, 0),
        AT,
        begun ? Optional.of(AT) : Optional.empty(),
        state.isTerminal() ? Optional.of(AT.plusSeconds(9)) : Optional.empty(),
        Optional.empty(),
        failed
            ? Optional.of(new Failure(FailureClass.PERMANENT, name("salmon exited 1", 15), ""))
            : Optional.empty(),
        Optional.empty(),
        state == JobState.CANCELLED ? Optional.of("nobody wants it") : Optional.empty(),
        List.of(),
        steps,
        state == JobState.SUCCEEDED && kind == JobKind.PROCESS
            ? List.of(new Artifact("quant.sf", digest(index), 1000, "text/plain"))
            : List.of(),
        Optional.empty(),
        Optional.empty());
  }

  private StepRecord step(JobKind kind, int index, boolean failed) {
    boolean builtin = kind == JobKind.DOWNLOAD || index == 0;
    return new StepRecord(
        name("step " + index, 16 + index),
        builtin ? List.of() : List.of("/usr/bin/salmon", "quant", name("-o", 17)),
        builtin ? "refinery unpack" : index == 1 ? "salmon 1.10.1" : "",
        failed ? 1 : 0,
        AT,
        AT.plusSeconds(8),
        builtin ? 0 : 123_456,
        builtin ? 0 : 7.5,
        kind == JobKind.PROCESS
            ? Optional.of(
                new Artifact(
                    name(index + "-quant.log", 18), digest(100 + index), 12, "text/plain", "log"))
            : Optional.empty(),
        index == 0 ? List.of(name("7 reads", 19)) : List.of());
  }
}
