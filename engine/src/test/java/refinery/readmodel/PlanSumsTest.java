package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.journal.Examples.at;
import static refinery.journal.Examples.submitted;
import static refinery.journal.Examples.survey;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import refinery.journal.Examples;
import refinery.journal.JournalHarness;
import refinery.journal.ReadRow;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.SurveyPlan;
import refinery.protocol.query.SurveyPlan.Batches;
import refinery.protocol.query.SurveyPlan.Earlier;
import refinery.protocol.query.SurveyPlan.Truth;
import refinery.protocol.scheduling.JobTicket;
import refinery.protocol.survey.SurveyState;

/** Every figure is reckoned by hand from the rows that are written. */
class PlanSumsTest {
  private static final SurveyId MINE = SurveyId.of("survey-mine");
  private static final SurveyId OTHER = SurveyId.of("survey-other");

  private JournalHarness journal;

  @BeforeEach
  void start() {
    journal = new JournalHarness();
  }

  @AfterEach
  void stop() {
    journal.close();
  }

  /** An attempt and its job: begun and ended at these seconds, of so many cpu seconds. */
  private record Ran(long began, long ended, double cpuSeconds) {}

  /**
   * Earlier: two process jobs of 10 and 30 cpu seconds, 20 and 40 s long, each with 200 bytes of
   * disk; their batches keep 7 and 9 bytes. Two downloads of 1,000 and 3,000 bytes from second 0 to
   * 10 and from 5 to 20, so 4,000 bytes in 20 s; a third alone from 30 to 50 of 4,000 bytes: 8,000
   * in 40 s.
   */
  @Test
  void theMeansAreOfWhatHadEndedBeforeTheSurveysOwnWork() throws Exception {
    write(survey("mine", SurveyState.RUNNING, 60));
    process("a", OTHER, BatchState.DONE, new Ran(0, 20, 10), 100);
    process("b", OTHER, BatchState.DONE, new Ran(0, 40, 30), 100);
    artifact("a", 7);
    artifact("b", 9);
    download("da", OTHER, new Ran(0, 10, 0), 1_000);
    download("db", OTHER, new Ran(5, 20, 0), 3_000);
    download("dc", OTHER, new Ran(30, 50, 0), 4_000);
    write(batch("p", MINE, BatchState.PLANNED, 500));
    write(batch("q", MINE, BatchState.PLANNED, -1));
    write(batch("r", MINE, BatchState.CANCELLED, 500));
    Earlier earlier =
        new Earlier(2, 20, 30, Resources.of(1_000, 1 << 20, 200), 8, OptionalDouble.of(200));
    assertThat(read())
        .isEqualTo(
            new SurveyPlan(
                new Batches(2, 1, 500, 1), new Batches(0, 1, 0, 0), earlier, Truth.NONE));

    // What is made once its own work has begun does not change the forecast.
    process("p", MINE, BatchState.DONE, new Ran(70, 80, 99), 500);
    process("c", OTHER, BatchState.DONE, new Ran(75, 90, 77), 100);
    assertThat(read().earlier()).isEqualTo(earlier);
  }

  /**
   * From 10 to 100 a download and two process jobs, which overlap from 40 to 50: 400 bytes of disk
   * at once; a third begins as the second ends. 2 + 3 + 5 cpu seconds; 500 + 700 + 900 bytes of raw
   * data, and 11 kept.
   */
  @Test
  void whatCameTrueIsOfTheChosenAlone() throws Exception {
    write(survey("mine", SurveyState.RUNNING, 0));
    download("d", MINE, new Ran(10, 30, 0), 500);
    process("a", MINE, BatchState.DONE, new Ran(30, 50, 2), 500);
    process("b", MINE, BatchState.DONE, new Ran(40, 60, 3), 700);
    process("c", MINE, BatchState.FAILED, new Ran(60, 100, 5), 900);
    artifact("a", 11);
    write(batch("p", MINE, BatchState.PLANNED, 1_000));
    process("x", OTHER, BatchState.DONE, new Ran(0, 500, 50), 100);
    SurveyPlan plan = read();
    assertThat(plan.chosen()).isEqualTo(new Batches(3, 0, 2_100, 0));
    assertThat(plan.all().take()).isEqualTo(4);
    assertThat(plan.truth())
        .isEqualTo(
            new Truth(3, 10, 2_100, 11, Optional.of(Duration.ofSeconds(90)), OptionalLong.of(400)));
    assertThat(plan.hasEnded()).isTrue();
  }

  /** The clocks of two nodes may differ: a job can end before it began. */
  @Test
  void aJobThatEndedBeforeItBeganTakesNoTime() throws Exception {
    write(survey("mine", SurveyState.RUNNING, 100));
    download("d", OTHER, new Ran(20, 10, 0), 1_000);
    process("a", OTHER, BatchState.DONE, new Ran(20, 10, 4), 100);
    Earlier earlier = read().earlier();
    assertThat(earlier.runSeconds()).isZero();
    assertThat(earlier.downloadBytesPerSecond()).isEmpty();
    process("b", MINE, BatchState.DONE, new Ran(120, 110, 4), 100);
    assertThat(read().truth().elapsed()).contains(Duration.ZERO);
  }

  @Test
  void anUnknownSurveyHasNothing() throws Exception {
    assertThat(read())
        .isEqualTo(new SurveyPlan(Batches.NONE, Batches.NONE, Earlier.NONE, Truth.NONE));
  }

  private SurveyPlan read() throws Exception {
    try (Connection connection = journal.database().dataSource().getConnection()) {
      return PlanSums.read(connection, MINE);
    }
  }

  /** A batch with its process job, of the same name. */
  private void process(String name, SurveyId survey, BatchState state, Ran ran, long bytes)
      throws Exception {
    write(job(name, JobKind.PROCESS, survey, ran, bytes));
    write(batch(name, survey, state, bytes));
  }

  private void download(String name, SurveyId survey, Ran ran, long bytes) throws Exception {
    write(job(name, JobKind.DOWNLOAD, survey, ran, bytes));
  }

  private static ReadRow.Job job(String name, JobKind kind, SurveyId survey, Ran ran, long bytes) {
    ReadRow.Job plain =
        Examples.job(
            name,
            kind,
            JobState.SUCCEEDED,
            ran.began(),
            Optional.of(survey),
            Optional.empty(),
            "salmon-quant");
    JobView view = plain.view();
    Resources resources = Resources.of(1_000, 1 << 20, 200);
    Instant ended = at(ran.ended());
    JobView full =
        new JobView(
            view.id(),
            kind,
            view.surveyId(),
            List.of(new BatchId("batch-" + name)),
            view.key(),
            view.pipeline(),
            view.state(),
            1,
            Optional.empty(),
            50,
            resources,
            view.createdAt(),
            Optional.of(at(ran.began())),
            Optional.of(ended),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(
                new JobView.AttemptView(
                    1,
                    new NodeId("node-a"),
                    at(ran.began()),
                    Optional.of(ended),
                    "succeeded",
                    "",
                    0,
                    ran.cpuSeconds())),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty());
    JobTicket ticket =
        new JobTicket(view.id(), kind.role(), "", 50, bytes, resources, "", view.createdAt());
    return new ReadRow.Job(full, ticket, Optional.empty(), false, false);
  }

  /**
   * @param bytes of its file; -1 for a file of unknown size
   */
  private static ReadRow.Batch batch(String name, SurveyId survey, BatchState state, long bytes) {
    BatchView plain = Examples.batch(name, state, 0, "a_species", survey).view();
    BatchView full =
        new BatchView(
            plain.id(),
            plain.surveyIds(),
            plain.observers(),
            plain.source(),
            plain.key(),
            plain.pipeline(),
            plain.organism(),
            plain.keyValues(),
            plain.parameters(),
            plain.needs(),
            state,
            plain.reason(),
            plain.actor(),
            plain.createdAt(),
            plain.updatedAt(),
            List.of(
                new BatchView.FileView(
                    "reads",
                    "fastq.gz",
                    List.of(),
                    bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes),
                    Optional.empty(),
                    Optional.empty())),
            List.of(JobId.of("job-" + name)),
            plain.artifacts(),
            Map.of(),
            Optional.empty());
    return new ReadRow.Batch(full, Optional.empty(), false);
  }

  private void artifact(String batch, long size) throws Exception {
    try (Connection connection = journal.database().dataSource().getConnection();
        var insert =
            connection.prepareStatement(
                "insert into artifact_row values (?, 'quant.sf', 'salmon-quant', 'quant.sf', null,"
                    + " 'text/plain', 'ab', ?, now(), '{}')")) {
      insert.setString(1, "batch-" + batch);
      insert.setLong(2, size);
      insert.executeUpdate();
    }
  }

  private final List<String> written = new ArrayList<>();

  private void write(ReadRow row) throws Exception {
    String id =
        switch (row) {
          case ReadRow.Job job -> "Job|" + job.view().id();
          case ReadRow.Batch batch -> "Batch|" + batch.view().id();
          case ReadRow.Survey survey -> "Survey|" + survey.view().id();
          case ReadRow.Schedule schedule -> "Schedule|" + schedule.view().id();
        };
    written.add(id);
    long number = written.stream().filter(id::equals).count();
    journal
        .persist(JournalHarness.write(id, number, Examples.with(submitted("x", 0), row)))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }
}
