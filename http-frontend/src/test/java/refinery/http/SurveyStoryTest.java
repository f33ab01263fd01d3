package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.http.Deliveries.Delivery;
import refinery.http.Deliveries.Place;
import refinery.protocol.BatchId;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.NodeId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobState;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.ReadModel.RecordedEvent;
import refinery.protocol.query.SurveyMatrix;
import refinery.protocol.query.SurveyMatrix.Cell;
import refinery.protocol.query.SurveyMatrix.Row;
import refinery.protocol.query.SurveyPace;
import refinery.protocol.query.SurveyView;
import refinery.protocol.survey.PlanAnswer;
import refinery.protocol.survey.SurveyState;

/** What the API tells of surveys and batches beyond their rows. */
class SurveyStoryTest {
  private static final String ENA = "https://ena.example/SRR1_1.fastq.gz";
  private static final String NCBI = "https://ncbi.example/SRR1";

  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode("");
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @Test
  void aRunningSurveySaysWhenItEndsIfItGoesOnAsItDid() {
    SurveyPace pace = new SurveyPace(6, Duration.ofHours(1));
    SurveyProgress progress =
        SurveyProgress.of(survey(SurveyState.RUNNING, 3), Optional.of(pace), Instant.EPOCH);
    assertThat(progress.ended()).isEqualTo(7);
    assertThat(progress.left()).isEqualTo(3);
    assertThat(progress.perHour()).hasValue(6);
    assertThat(progress.secondsLeft()).hasValue(1_800);
    assertThat(progress.expectedAt()).contains(Instant.EPOCH.plusSeconds(1_800));
    assertThat(progress.basis()).isEqualTo("its last 6 process jobs ended within 1 h 0 min");
  }

  @Test
  void whereNothingTellsTheTimeItIsUnknownAndSaysWhy() {
    Optional<SurveyPace> pace = Optional.of(new SurveyPace(6, Duration.ofHours(1)));
    assertThat(basis(survey(SurveyState.RUNNING, 3), Optional.empty())).startsWith("too few");
    assertThat(basis(survey(SurveyState.RUNNING, 0), pace)).startsWith("no batch");
    assertThat(basis(survey(SurveyState.DONE, 0), pace)).isEqualTo("it has ended");
    assertThat(basis(survey(SurveyState.AWAITING_INPUT, 0), pace))
        .isEqualTo("it waits for an answer");
  }

  private static String basis(SurveyView survey, Optional<SurveyPace> pace) {
    SurveyProgress progress = SurveyProgress.of(survey, pace, Instant.EPOCH);
    assertThat(progress.secondsLeft()).isEmpty();
    assertThat(progress.expectedAt()).isEmpty();
    return progress.basis();
  }

  @Test
  void aQuestionComesWithWhatEachAnswerWouldDo() throws Exception {
    SurveyId id = SurveyId.of("survey-asks");
    SurveyView asks = survey(SurveyState.AWAITING_INPUT, 0);
    node.rows.surveys.put(id, asks);
    JsonNode shown = TestNode.json(node.get("/api/v1/surveys/survey-asks/question?at_most=0"));
    assertThat(shown.path("question").path("default").path("take").asText()).isEqualTo("all");
    JsonNode effects = shown.path("effects");
    assertThat(effects).hasSize(3);
    assertThat(effects.path(0).path("batches").asLong()).isEqualTo(node.rows.batches.size());
    assertThat(effects.path(0).path("bytes").asLong()).isEqualTo(5_000_000_000L);
    assertThat(effects.path(1).path("answer")).isEqualTo(Json.MAPPER.readTree("{\"at_most\":0}"));
    assertThat(effects.path(1).path("cpu_hours").asDouble()).isZero();
    assertThat(effects.path(2).path("answer").path("take").asText()).isEqualTo("none");
    assertThat(node.get("/api/v1/surveys/survey-asks/question?at_most=x").statusCode())
        .isEqualTo(400);
  }

  @Test
  void aMatrixHasTheStepsOfThePipelineAndOthersThatRan() throws Exception {
    SurveyId id = SurveyId.of("survey-asks");
    node.rows.surveys.put(id, survey(SurveyState.RUNNING, 3));
    node.rows.matrix =
        new SurveyMatrix(
            List.of(
                row("one", JobState.SUCCEEDED, Optional.empty(), List.of("quant")),
                row("two", JobState.FAILED, Optional.of("quant"), List.of("fetch", "quant")),
                row("three", JobState.RUNNING, Optional.empty(), List.of())),
            Optional.of("further"));
    JsonNode shown =
        TestNode.json(node.get("/api/v1/surveys/survey-asks/matrix?limit=3&state=done"));
    assertThat(node.rows.asked.values()).isEqualTo(Map.of("state", "done"));
    assertThat(shown.path("steps")).isEqualTo(Json.MAPPER.readTree("[\"quant\",\"fetch\"]"));
    assertThat(shown.path("items").path(0).path("steps"))
        .isEqualTo(Json.MAPPER.readTree("[\"succeeded\",\"skipped\"]"));
    assertThat(shown.path("items").path(1).path("steps"))
        .isEqualTo(Json.MAPPER.readTree("[\"failed\",\"succeeded\"]"));
    assertThat(shown.path("items").path(1).path("process").path("id").asText())
        .isEqualTo("job-two");
    assertThat(shown.path("items").path(2).path("steps").isNull()).isTrue();
    assertThat(shown.path("next").asText()).isEqualTo("further");
  }

  @Test
  void aStepBehindTheFailedOneWasNotReached() {
    Cell failed =
        row("x", JobState.FAILED, Optional.of("b"), List.of("a", "b")).process().orElseThrow();
    assertThat(MatrixRoutes.states(failed, new TreeSet<>(Set.of("a", "b", "c"))))
        .contains(List.of("succeeded", "failed", "not_reached"));
  }

  private static Row row(String name, JobState state, Optional<String> at, List<String> steps) {
    return new Row(
        BatchId.of("batch-" + name),
        "SRR1",
        BatchState.PROCESSING,
        Optional.empty(),
        Optional.empty(),
        Optional.of(
            new Cell(
                JobId.of("job-" + name),
                state,
                at.map(step -> FailureClass.PERMANENT),
                at,
                steps)));
  }

  /**
   * The first attempt met two bad places; the second had one of them again, and then a good one.
   */
  @Test
  void aFileSaysWhichPlaceDeliveredItAndWhatWasTriedBefore() {
    String corrupt = "ena delivered a bad copy of SRR1_1.fastq.gz: md5 differs (" + ENA + ")";
    String absent = "ncbi has no copy of SRR1: 404 (" + NCBI + ")";
    JobView job = Samples.job(JobId.of("job-d"), JobState.SUCCEEDED);
    JobView.AttemptView first =
        new JobView.AttemptView(
            1,
            NodeId.of("node-a"),
            Samples.AT,
            Optional.of(Samples.AT.plusSeconds(1)),
            "corrupt",
            "no location delivered SRR1: " + corrupt + "; " + absent,
            0,
            0);
    List<Delivery> files =
        Deliveries.of(
            batch(Map.of("fallback_reason", corrupt)),
            List.of(with(job, first)),
            List.of(downloaded(NCBI)));
    assertThat(files).hasSize(1);
    assertThat(files.getFirst().url()).contains(NCBI);
    List<Place> places = files.getFirst().places();
    assertThat(places).extracting(Place::url).containsExactly(ENA, NCBI, "https://third.example");
    assertThat(places).extracting(Place::outcome).containsExactly("failed", "delivered", "untried");
    assertThat(places.get(0).tries())
        .extracting(Deliveries.Try::message)
        .containsExactly("no location delivered SRR1: " + corrupt, corrupt);
    assertThat(places.get(0).tries().getFirst().job()).contains(JobId.of("job-d"));
    assertThat(places.get(1).tries()).extracting(Deliveries.Try::message).containsExactly(absent);
  }

  @Test
  void historiesAndDeliveriesAreServed() throws Exception {
    node.rows.surveys.put(SurveyId.of("survey-asks"), survey(SurveyState.RUNNING, 3));
    for (String path :
        List.of(
            "batches/batch-one/history",
            "batches/batch-one/deliveries",
            "surveys/survey-asks/history")) {
      assertThat(node.get("/api/v1/" + path).statusCode()).isEqualTo(200);
      assertThat(
              node.get("/api/v1/" + path.replace("-one", "-x").replace("-asks", "-x")).statusCode())
          .isEqualTo(404);
    }
    JsonNode list = TestNode.json(node.get("/api/v1/surveys"));
    assertThat(list.path("items").findValues("progress")).isNotEmpty();
  }

  private static JobView with(JobView job, JobView.AttemptView attempt) {
    return new JobView(
        job.id(),
        job.kind(),
        job.surveyId(),
        job.batchIds(),
        job.key(),
        job.pipeline(),
        job.state(),
        2,
        job.node(),
        job.priority(),
        job.resources(),
        job.createdAt(),
        job.startedAt(),
        job.finishedAt(),
        job.nextAttemptAt(),
        job.failure(),
        job.actor(),
        job.waitingFor(),
        List.of(attempt),
        job.steps(),
        job.artifacts(),
        job.reused(),
        job.reservation());
  }

  private static BatchView batch(Map<String, String> facts) {
    BatchView one = Samples.batch(BatchId.of("batch-one"));
    return new BatchView(
        one.id(),
        one.surveyIds(),
        one.observers(),
        one.source(),
        one.key(),
        one.pipeline(),
        one.organism(),
        one.keyValues(),
        one.parameters(),
        one.needs(),
        one.state(),
        one.reason(),
        one.actor(),
        one.createdAt(),
        one.updatedAt(),
        List.of(
            new BatchView.FileView(
                "SRR1_1.fastq.gz",
                "fastq.gz",
                List.of(ENA, NCBI, "https://third.example"),
                OptionalLong.of(5),
                Optional.empty(),
                Optional.of("ncbi"))),
        one.jobIds(),
        one.artifacts(),
        facts,
        Optional.empty());
  }

  private static RecordedEvent downloaded(String url) {
    ObjectNode event = Json.MAPPER.createObjectNode();
    event
        .putObject("result")
        .putArray("files")
        .addObject()
        .put("name", "SRR1_1.fastq.gz")
        .put("url", url);
    return new RecordedEvent(1, "batch-one", 1, "downloaded", Samples.AT, event);
  }

  /** Seven batches have ended. */
  private static SurveyView survey(SurveyState state, int left) {
    return new SurveyView(
        SurveyId.of("survey-asks"),
        "ena",
        Json.MAPPER.createObjectNode().put("accession", "PRJNA1"),
        "salmon-quant",
        Map.of(),
        50,
        Map.of(),
        state,
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH,
        Optional.empty(),
        JobId.of("job-asks"),
        true,
        state == SurveyState.AWAITING_INPUT
            ? Optional.of(PlanAnswer.question(10, Instant.EPOCH))
            : Optional.empty(),
        new SurveyView.BatchCounts(
            7 + left, left, 0, 0, 5, 1, 1, 0, SurveyView.QualityCounts.NONE));
  }
}
