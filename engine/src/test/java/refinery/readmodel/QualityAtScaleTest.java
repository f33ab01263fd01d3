package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import refinery.journal.JournalHarness;
import refinery.protocol.SurveyId;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.SurveyView.QualityCounts;

/** Verdicts of a survey of 100,000 batches. */
class QualityAtScaleTest {
  private static final int ROUNDS = 20;

  private static final String BATCHES =
      """
      insert into batch_row (id, seq_nr, source, key, pipeline, state, title, created_at, open,
        changed_at, document, quality)
      select 'batch-' || n, 1, 'ena', 'SRR' || n, 'salmon-quant', 'done', '', now() - n * interval
        '1 second', false, now(), json_build_object('id', 'batch-' || n, 'key', 'SRR' || n,
        'state', 'done', 'key_values', json_build_object(), 'parameters', json_build_object(),
        'facts', json_build_object('quality_verdict', v), 'survey_ids', json_build_array()), v
      from (select n, case when n % 20000 = 0 then 'fail' when n % 10 = 1 then 'warn' else 'pass' end
        as v from generate_series(1, 100000) n) runs
      """;

  private static final String MEMBERS =
      "insert into batch_survey (survey_id, batch_id, seq_nr, state, created_at, quality)"
          + " select 'survey-big', id, 1, 'done', created_at, quality from batch_row";

  @Test
  void theFewThatFailAreFoundWithoutReadingTheRest() throws Exception {
    try (JournalHarness journal = new JournalHarness();
        SqlExecutor sql = new SqlExecutor(journal.database().dataSource(), 2)) {
      journal.execute(BATCHES);
      journal.execute(MEMBERS);
      journal.execute(
          "insert into survey_row select 'survey-big', 1, 'ena', 'done', now(), false, now(),"
              + " json_build_object('id', 'survey-big')");
      journal.execute("analyze batch_row");
      journal.execute("analyze batch_survey");
      SqlReadModel model = new SqlReadModel(sql);
      long found = nanos(model);
      journal.execute("drop index batch_survey_quality");
      long searched = nanos(model);
      System.out.printf(
          "5 of 100,000: found in %d, searched for in %d us%n", found / 1000, searched / 1000);
      assertThat(found).isLessThan(searched / 3);
      assertThat(model.survey(SurveyId.of("survey-big")).toCompletableFuture().get(30, SECONDS))
          .hasValueSatisfying(
              view -> {
                assertThat(view.batches().quality()).isEqualTo(new QualityCounts(89995, 10000, 5));
                assertThat(view.batches().done()).isEqualTo(100_000);
              });
    }
  }

  private static final TimeUnit SECONDS = TimeUnit.SECONDS;

  /** The fastest of some rounds. */
  private static long nanos(SqlReadModel model) throws Exception {
    Map<String, String> values = Map.of("survey_id", "survey-big", "quality", "fail");
    long best = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      Page<BatchView> page =
          model
              .batches(new Filter(values, 50, Optional.empty()))
              .toCompletableFuture()
              .get(30, SECONDS);
      best = Math.min(best, System.nanoTime() - begin);
      assertThat(page.items()).hasSize(5);
    }
    return best;
  }
}
