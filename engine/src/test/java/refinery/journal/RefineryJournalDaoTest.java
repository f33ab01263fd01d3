package refinery.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static refinery.journal.JournalHarness.write;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobState;
import refinery.protocol.job.Usage;
import refinery.protocol.query.BatchView;

class RefineryJournalDaoTest {
  private static JournalHarness journal;

  @BeforeAll
  static void start() {
    journal = new JournalHarness();
  }

  @AfterAll
  static void stop() {
    journal.close();
  }

  private static <T> T get(java.util.concurrent.CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Test
  void writesEventsAndTheRowThatIsTrueAfterThem() throws Exception {
    get(
        journal.persist(
            write(
                "Job|job-one",
                1,
                Recorded.replayed(Examples.submitted("one", 0)),
                Examples.with(Examples.started(1), Examples.job("one", JobState.RUNNING, 0)))));
    assertThat(journal.one("select state || seq_nr from job_row where id = 'job-one'"))
        .isEqualTo("running2");
    assertThat(
            journal.one(
                "select string_agg(convert_from(event_payload, 'UTF8')::json ->> 'type', ',' order"
                    + " by position) from event_journal where persistence_id = 'Job|job-one'"))
        .isEqualTo("submitted,started");
  }

  @Test
  void eventsAndRowsFailTogether() throws Exception {
    get(journal.persist(write("Job|job-two", 1, row("two", JobState.QUEUED))));
    assertThatThrownBy(
            () ->
                get(
                    journal.persist(
                        write("Job|job-new", 1, row("new", JobState.QUEUED)),
                        write("Job|job-two", 1, row("two", JobState.FAILED)))))
        .hasStackTraceContaining("duplicate key");
    assertThat(journal.one("select count(*) from job_row where id = 'job-new'")).isEqualTo("0");
    assertThat(
            journal.one("select count(*) from event_journal where persistence_id = 'Job|job-new'"))
        .isEqualTo("0");
    assertThat(journal.one("select state from job_row where id = 'job-two'")).isEqualTo("queued");
  }

  private static Recorded<JobEvent> row(String name, JobState state) {
    return Examples.with(Examples.submitted(name, 0), Examples.job(name, state, 0));
  }

  @Test
  void theLastRowOfAGroupWinsAndAnOlderOneNeverReplacesANewerOne() throws Exception {
    get(
        journal.persist(
            write("Job|job-three", 1, row("three", JobState.QUEUED)),
            write("Job|job-three", 2, row("three", JobState.RUNNING)),
            write("Job|job-three", 3, row("three", JobState.SUCCEEDED))));
    assertThat(journal.one("select state || seq_nr from job_row where id = 'job-three'"))
        .isEqualTo("succeeded3");
    journal.execute("update job_row set seq_nr = 9 where id = 'job-three'");
    get(journal.persist(write("Job|job-three", 4, row("three", JobState.FAILED))));
    assertThat(journal.one("select state || seq_nr from job_row where id = 'job-three'"))
        .isEqualTo("succeeded9");
  }

  @Test
  void concurrentWritersOfTheSameRowsDoNotDeadlock() throws Exception {
    List<Integer> names = new ArrayList<>(java.util.stream.IntStream.range(0, 60).boxed().toList());
    Random random = new Random(7);
    List<CompletableFuture<?>> writes = new ArrayList<>();
    for (int round = 1; round <= 40; round++) {
      Collections.shuffle(names, random);
      long number = round;
      writes.add(
          journal
              .persist(
                  names.stream()
                      .map(n -> write("Job|job-c" + n, number, row("c" + n, JobState.RUNNING)))
                      .toArray(akka.persistence.AtomicWrite[]::new))
              .toCompletableFuture());
    }
    CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    assertThat(
            journal.one(
                "select count(*) || ' ' || min(seq_nr) from job_row where id like 'job-c%'"))
        .isEqualTo("60 40");
  }

  @Test
  void noRowFailsForItsContent() throws Exception {
    String hostile =
        "nul \0 lone \ud800 back\\slash \\u0000 quote ' \" \ufffe " + "x".repeat(9_000);
    BatchView.ArtifactView refined =
        new BatchView.ArtifactView(hostile, hostile, Long.MAX_VALUE, hostile, hostile, hostile);
    BatchView view =
        new BatchView(
            new BatchId("batch-hostile"),
            List.of(new SurveyId("survey-h"), new SurveyId("survey-h")),
            List.of(hostile),
            hostile,
            hostile,
            hostile,
            Optional.of(hostile),
            Map.of("k", hostile, "release", hostile, "title", hostile, hostile, hostile),
            Map.of(),
            List.of(),
            BatchState.DONE,
            Optional.of(hostile),
            Optional.empty(),
            Instant.MAX,
            Instant.MIN,
            List.of(),
            List.of(),
            List.of(refined, refined),
            Map.of("reads", "7", hostile, hostile),
            Optional.empty());
    BatchEvent processed =
        new BatchEvent.Processed(
            new JobId("job-h"),
            1,
            new JobResult.Processed(List.of(), Map.of(), hostile, Optional.empty()),
            Instant.MIN);
    JobEvent event =
        new JobEvent.AttemptSucceeded(
            1,
            new JobResult.Processed(
                List.of(new Artifact(hostile, hostile, Long.MAX_VALUE, hostile)),
                Map.of("nan", hostile),
                hostile,
                Optional.empty()),
            new Usage(1, Double.NaN),
            List.of(),
            Instant.MIN);
    get(
        journal.persist(
            write(
                "Batch|batch-hostile",
                1,
                Examples.with(event, new ReadRow.Batch(view, Optional.empty(), true)),
                Examples.with(processed, new ReadRow.Batch(view, Optional.empty(), true))),
            write("Job|job-fine", 1, row("fine", JobState.QUEUED))));
    assertThat(journal.one("select document ->> 'key' from batch_row where id = 'batch-hostile'"))
        .startsWith("nul  lone ? back\\slash \\u0000 quote ' \" ");
    assertThat(journal.one("select state from job_row where id = 'job-fine'")).isEqualTo("queued");
    assertThat(
            journal.one(
                "select facets - 'pipeline' - 'role' - 'name' - 'organism' - 'media_type' from"
                    + " artifact_row"))
        .isEqualTo("{\"reads\": \"7\"}");
  }

  @Test
  void everySurveyOfABatchCountsItAsItStands() throws Exception {
    SurveyId first = new SurveyId("survey-1");
    SurveyId second = new SurveyId("survey-2");
    ReadRow one = Examples.batch("left", BatchState.QUEUED, 0, "o", first);
    ReadRow both = Examples.batch("left", BatchState.DONE, 0, "o", first, second);
    JobEvent any = Examples.submitted("left", 0);
    get(journal.persist(write("Batch|batch-left", 1, Examples.with(any, one))));
    get(journal.persist(write("Batch|batch-left", 2, Examples.with(any, both))));
    assertThat(
            journal.one(
                "select string_agg(survey_id || state, ',' order by survey_id) from batch_survey"
                    + " where batch_id = 'batch-left'"))
        .isEqualTo("survey-1done,survey-2done");
  }

  @Test
  void whatCannotBeWrittenIsRejectedByItself() throws Exception {
    var results =
        get(
            journal.persist(
                write("Job|" + "x".repeat(300), 1, row("long", JobState.QUEUED)),
                write("Job|job-beside", 1, row("beside", JobState.QUEUED))));
    assertThat(results.apply(0).isFailure()).isTrue();
    assertThat(results.apply(1).isSuccess()).isTrue();
    assertThat(journal.one("select state from job_row where id = 'job-beside'"))
        .isEqualTo("queued");
  }
}
