package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.journal.JournalHarness;
import refinery.protocol.BatchId;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobState;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.InvalidCursor;
import refinery.protocol.query.ReadModel.RecordedEvent;
import refinery.protocol.query.SurveyMatrix;
import refinery.protocol.query.SurveyMatrix.Cell;
import refinery.protocol.query.SurveyMatrix.Row;
import refinery.protocol.query.SurveyPace;

/** A survey of 10,000 batches: every 100th failed at the step quant, the last 10 are queued. */
class MatrixRowsTest {
  private static final SurveyId BIG = SurveyId.of("survey-big");
  private static final int BATCHES = 10_000;

  private static JournalHarness journal;
  private static SqlExecutor sql;
  private static SqlReadModel model;

  @BeforeAll
  static void fill() throws Exception {
    journal = new JournalHarness();
    sql = new SqlExecutor(journal.database().dataSource(), 2);
    model = new SqlReadModel(sql);
    journal.execute(
        """
        insert into batch_row (id, seq_nr, source, key, pipeline, state, title, created_at, open,
          changed_at, document)
        select 'batch-' || n, 1, 'ena', 'SRR' || n, 'salmon-quant', case when n > 9990 then 'queued'
          when n % 100 = 0 then 'failed' else 'done' end, '', now() - n * interval '1 second',
          false, now(), json_build_object('id', 'batch-' || n, 'key_values', json_build_object(),
          'job_ids', json_build_array('job-d' || n, 'job-old' || n, 'job-p' || n))
        from generate_series(1, 10000) n
        """);
    journal.execute(
        "insert into batch_survey (survey_id, batch_id, seq_nr, state, created_at) select"
            + " 'survey-big', id, 1, state, created_at from batch_row");
    jobs("d", "download", "n <= 9990", "'succeeded'");
    jobs("old", "process", "n <= 3", "'cancelled'");
    jobs("p", "process", "n <= 9990", "case when n % 100 = 0 then 'failed' else 'succeeded' end");
  }

  /** Documents are as long as real ones: two kilobytes of steps. */
  private static void jobs(String name, String kind, String which, String state)
      throws SQLException {
    journal.execute(
        """
        insert into job_row (id, seq_nr, kind, state, survey_id, pipeline, attempt, failure_class,
          raw_data, created_at, finished_at, open, changed_at, ticket, document)
        select 'job-NAME' || n, 1, 'KIND', state, 'survey-big', 'salmon-quant', 1,
          case state when 'failed' then 'permanent' end, false,
          now() - case 'NAME' when 'old' then interval '2 days' else interval '1 day' end,
          now() - n * interval '1 second', false, now(), '{}', json_build_object(
            'steps', json_build_array(
              json_build_object('name', 'unpack', 'command', repeat('x', 1000)),
              json_build_object('name', 'quant', 'command', repeat('y', 1000))),
            'failure', case state when 'failed' then
              json_build_object('class', 'permanent', 'message', 'exit 1', 'step', 'quant') end)
        from (select n, STATE as state from generate_series(1, 10000) n where WHICH) made
        """
            .replace("NAME", name)
            .replace("KIND", kind)
            .replace("STATE", state)
            .replace("WHICH", which));
  }

  @AfterAll
  static void stop() {
    sql.close();
    journal.close();
  }

  @Test
  void aRowHasTheBatchesNewestJobsAndWhatIsKnownOfTheirSteps() throws Exception {
    SurveyMatrix page = page(Map.of(), 100, Optional.empty());
    assertThat(page.items().getFirst())
        .isEqualTo(
            new Row(
                BatchId.of("batch-1"),
                "SRR1",
                BatchState.DONE,
                Optional.empty(),
                Optional.of(succeeded("job-d1", List.of())),
                Optional.of(succeeded("job-p1", List.of("unpack", "quant")))));
    assertThat(page.items().getLast().process())
        .contains(
            new Cell(
                JobId.of("job-p100"),
                JobState.FAILED,
                Optional.of(FailureClass.PERMANENT),
                Optional.of("quant"),
                List.of("unpack", "quant")));
  }

  private static Cell succeeded(String job, List<String> steps) {
    return new Cell(JobId.of(job), JobState.SUCCEEDED, Optional.empty(), Optional.empty(), steps);
  }

  @Test
  void pagesTogetherHaveEachBatchOnce() throws Exception {
    List<BatchId> seen = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    long began = System.nanoTime();
    do {
      SurveyMatrix page = page(Map.of(), 1_000, cursor);
      page.items().forEach(row -> seen.add(row.batch()));
      cursor = page.next();
    } while (cursor.isPresent());
    System.out.printf(
        "matrix of %,d batches: %d ms%n", BATCHES, (System.nanoTime() - began) / 1_000_000);
    assertThat(seen).hasSize(BATCHES);
    assertThat(new HashSet<>(seen)).hasSize(BATCHES);
  }

  @Test
  void aStateSelectsBatchesAndItsCursorIsOfNoOtherList() throws Exception {
    SurveyMatrix failed = page(Map.of("state", "failed"), 60, Optional.empty());
    assertThat(failed.items()).hasSize(60).allMatch(row -> row.state() == BatchState.FAILED);
    assertThat(page(Map.of("state", "failed"), 60, failed.next()).items()).hasSize(39);
    assertThatThrownBy(() -> page(Map.of(), 60, failed.next()))
        .hasCauseInstanceOf(InvalidCursor.class);
    SurveyMatrix queued = page(Map.of("state", "queued"), 60, Optional.empty());
    assertThat(queued.items())
        .hasSize(10)
        .allMatch(row -> row.download().isEmpty() && row.process().isEmpty());
  }

  @Test
  void thePaceIsThatOfTheLastProcessJobsThatEnded() throws Exception {
    SurveyId unknown = SurveyId.of("survey-unknown");
    Map<SurveyId, SurveyPace> paces = get(model.paces(List.of(BIG, unknown)));
    assertThat(paces).containsOnlyKeys(BIG);
    assertThat(paces.get(BIG).jobs()).isEqualTo(49);
    assertThat(paces.get(BIG).time()).isGreaterThanOrEqualTo(Duration.ofSeconds(50));
    try (Connection connection = journal.database().dataSource().getConnection()) {
      assertThat(PaceRows.query(List.of(BIG)).explained().list(connection, r -> r.getString(1)))
          .anyMatch(line -> line.contains("job_pace"));
    }
  }

  @Test
  void historiesAreTheNewestEventsAndOrdersThoseWithAnActor() throws Exception {
    for (int i = 1; i <= 5; i++) {
      event("Batch|batch-1", i, "{\"type\":\"e" + i + "\"}");
      String actor = i % 2 == 0 ? "\"ada\"" : "null";
      event("Survey|survey-big", i, "{\"type\":\"e" + i + "\",\"actor\":" + actor + "}");
    }
    assertThat(types(get(model.history(BatchId.of("batch-1"), 2)))).containsExactly("e4", "e5");
    assertThat(types(get(model.orders(BIG, 10)))).containsExactly("e2", "e4");
  }

  private static void event(String entity, int number, String json) throws SQLException {
    journal.execute(
        "insert into event_journal (persistence_id, sequence_number, writer, event_ser_id,"
            + " event_ser_manifest, event_payload) values ('%s', %d, '', %d, 'x', '%s'::bytea)"
                .formatted(entity, number, refinery.journal.EventSerializer.IDENTIFIER, json));
  }

  private static List<String> types(List<RecordedEvent> events) {
    return events.stream().map(RecordedEvent::type).toList();
  }

  private static SurveyMatrix page(Map<String, String> values, int limit, Optional<String> cursor)
      throws Exception {
    return get(model.matrix(BIG, new Filter(values, limit, cursor)));
  }

  private static <T> T get(java.util.concurrent.CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
