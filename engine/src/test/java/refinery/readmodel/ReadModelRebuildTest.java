package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.journal.JournalHarness.write;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import refinery.journal.Examples;
import refinery.journal.JournalHarness;
import refinery.journal.Projector;
import refinery.journal.ReadRow;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobState;

class ReadModelRebuildTest {
  /** The state is the number of events: one is queued, two is running. */
  private static final Projector<JobEvent, List<String>> JOBS =
      new Projector<>() {
        @Override
        public List<String> empty(String entityId) {
          return List.of(entityId.substring("job-".length()));
        }

        @Override
        public List<String> evolve(List<String> state, JobEvent event) {
          return java.util.stream.Stream.concat(state.stream(), java.util.stream.Stream.of("e"))
              .toList();
        }

        @Override
        public Optional<ReadRow> row(List<String> state) {
          return Optional.of(
              Examples.job(
                  state.getFirst(), state.size() == 2 ? JobState.QUEUED : JobState.RUNNING, 0));
        }
      };

  private final JournalHarness journal = new JournalHarness();
  private final ReadModelRebuild rebuild =
      new ReadModelRebuild(journal.database().dataSource(), Map.of("Job", JOBS));

  @BeforeEach
  void fill() throws Exception {
    List<CompletableFuture<?>> written = new ArrayList<>();
    for (int i = 0; i < 1_200; i++) {
      String name = "n" + i;
      var queued =
          Examples.with(Examples.submitted(name, 0), Examples.job(name, JobState.QUEUED, 0));
      var running = Examples.with(Examples.started(1), Examples.job(name, JobState.RUNNING, 0));
      var stage =
          i % 2 == 0
              ? journal.persist(write("Job|job-" + name, 1, queued))
              : journal.persist(write("Job|job-" + name, 1, queued, running));
      written.add(stage.toCompletableFuture());
    }
    CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    assertThat(journal.one("select count(*) from job_row")).isEqualTo("1200");
  }

  @AfterEach
  void close() {
    journal.close();
  }

  @Test
  void rowsThatTheJournalWroteAgreeWithIt() throws Exception {
    assertThat(rebuild.verify()).isEmpty();
  }

  @Test
  void differencesAreNamedAndARebuildRemovesThem() throws Exception {
    journal.execute("delete from job_row where id = 'job-n7'");
    journal.execute("update job_row set state = 'failed' where id = 'job-n8'");
    journal.execute("insert into batch_survey values ('survey-x', 'batch-x', 1, 'queued', now())");
    journal.execute("update survey_count set batches = 5 where survey_id = 'survey-x'");
    assertThat(rebuild.verify())
        .containsExactlyInAnyOrder(
            new ReadModelRebuild.Difference("job_row", "job-n7", "missing"),
            new ReadModelRebuild.Difference("job_row", "job-n8", "differs in state"),
            new ReadModelRebuild.Difference(
                "batch_survey", "batch-x survey-x", "not in the journal"),
            new ReadModelRebuild.Difference("survey_count", "survey-x queued", "counts 5 of 1"));

    assertThat(rebuild.rebuild()).isEqualTo(1_800);
    assertThat(rebuild.verify()).isEmpty();
    assertThat(journal.one("select state || seq_nr from job_row where id = 'job-n7'"))
        .isEqualTo("running2");
  }

  @Test
  void countsFollowTheMemberships() throws Exception {
    String insert = "insert into batch_survey values ('survey-y', 'batch-%d', 1, 'queued', now())";
    for (int batch = 0; batch < 3; batch++) {
      journal.execute(insert.formatted(batch));
    }
    journal.execute(
        "update batch_survey set state = 'done' where batch_id in ('batch-0', 'batch-2')");
    assertThat(
            journal.one(
                "select string_agg(state || ' ' || n, ', ' order by state) from (select state,"
                    + " sum(batches) n from survey_count where survey_id = 'survey-y'"
                    + " group by state) counts"))
        .isEqualTo("done 2, queued 1");
  }
}
