package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.journal.JournalHarness.write;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.journal.Examples;
import refinery.journal.JournalHarness;
import refinery.journal.Projector;
import refinery.journal.ReadRow;
import refinery.journal.Recorded;
import refinery.protocol.BatchId;
import refinery.protocol.EntityKind;
import refinery.protocol.Json;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ScheduleView;
import refinery.protocol.schedule.ScheduleEvent;
import refinery.protocol.schedule.ScheduleRequest;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;
import refinery.schedule.ScheduleLogic;

/** The rows of schedules, and what schedules ask of the rows of their surveys. */
class ScheduleRowsTest {
  private static final SurveyId FIRST = new SurveyId("survey-first");
  private static final ScheduleLogic LOGIC = new ScheduleLogic();

  private static JournalHarness journal;
  private static SqlExecutor executor;

  @BeforeAll
  static void start() {
    journal = new JournalHarness();
    executor = new SqlExecutor(journal.database().dataSource(), 4);
  }

  @AfterAll
  static void close() {
    executor.close();
    journal.close();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static Filter filter(Map<String, String> values, int limit, Optional<String> cursor) {
    return new Filter(values, limit, cursor);
  }

  private static void schedule(String name, ScheduleEvent then) throws Exception {
    String id = ScheduleId.PREFIX + name;
    SurveyRequest survey =
        new SurveyRequest("ena", Json.MAPPER.createObjectNode(), "p", Map.of(), 1, Map.of());
    ScheduleEvent made =
        new ScheduleEvent.Created(
            new ScheduleRequest("30 2 * * *", "Europe/London", survey, true),
            Optional.of(Examples.at(60)),
            Optional.empty(),
            Examples.at(name.length()));
    ScheduleLogic.Slot before = LOGIC.evolve(LOGIC.empty(id), made);
    get(
        journal.persist(
            write(
                "Schedule|" + id,
                1,
                new Recorded<>(made, LOGIC.row(before)),
                new Recorded<>(then, LOGIC.row(LOGIC.evolve(before, then))))));
  }

  @Test
  void thoseThatAreNotDeletedAreListedAndLateOnesAreFound() throws Exception {
    schedule(
        "first",
        new ScheduleEvent.Fired(
            FIRST, Examples.at(1), Optional.of(Examples.at(60)), Optional.empty(), Examples.at(9)));
    schedule("paused", new ScheduleEvent.Paused(Optional.empty(), Examples.at(9)));
    schedule("deleted", new ScheduleEvent.Deleted(Optional.empty(), Examples.at(9)));

    SqlReadModel model = new SqlReadModel(executor);
    var page = get(model.schedules(filter(Map.of(), 1, Optional.empty())));
    assertThat(page.items()).extracting(ScheduleView::name).containsExactly("paused");
    assertThat(get(model.schedules(filter(Map.of(), 1, page.next()))).items())
        .extracting(ScheduleView::name)
        .containsExactly("first");
    assertThat(get(model.schedules(filter(Map.of("state", "active"), 9, Optional.empty()))).items())
        .extracting(ScheduleView::name)
        .containsExactly("first");
    assertThat(get(model.schedule(ScheduleId.named("first"))).orElseThrow().runs())
        .singleElement()
        .satisfies(run -> assertThat(run.surveyId()).contains(FIRST));
    assertThat(get(model.schedule(ScheduleId.named("deleted")))).isEmpty();
    assertThat(
            get(new SqlNodeQueries(executor).unsettled(EntityKind.SCHEDULE, Optional.empty(), 10)))
        .singleElement()
        .satisfies(
            late -> {
              assertThat(late.id()).isEqualTo("schedule-first");
              assertThat(late.overdue()).as("since a minute after the year began").isPresent();
            });
    assertThat(schedulesThatDiffer()).isEmpty();
    journal.execute("update schedule_row set next_at = now() where id = 'schedule-first'");
    assertThat(schedulesThatDiffer())
        .containsExactly(
            new ReadModelRebuild.Difference(
                "schedule_row", "schedule-first", "differs in next_at"));
  }

  private static void row(String persistenceId, ReadRow row) throws Exception {
    ScheduleEvent any = new ScheduleEvent.Paused(Optional.empty(), Examples.at(0));
    get(journal.persist(write(persistenceId, 1, Examples.with(any, row))));
  }

  /** Events of the others mean nothing here. */
  private record Projection(boolean schedules)
      implements Projector<ScheduleEvent, ScheduleLogic.Slot> {
    @Override
    public ScheduleLogic.Slot empty(String entityId) {
      return LOGIC.empty(entityId);
    }

    @Override
    public ScheduleLogic.Slot evolve(ScheduleLogic.Slot slot, ScheduleEvent event) {
      return schedules ? LOGIC.evolve(slot, event) : slot;
    }

    @Override
    public Optional<ReadRow> row(ScheduleLogic.Slot slot) {
      return LOGIC.row(slot);
    }
  }

  private static List<ReadModelRebuild.Difference> schedulesThatDiffer() throws Exception {
    Projection none = new Projection(false);
    Map<String, Projector<?, ?>> projectors =
        Map.of("Schedule", new Projection(true), "Survey", none, "Batch", none);
    return new ReadModelRebuild(journal.database().dataSource(), projectors)
        .verify().stream().filter(one -> one.table().equals("schedule_row")).toList();
  }

  @Test
  void aSurveyStandsAsItsRowSays() throws Exception {
    SqlScheduleQueries queries = new SqlScheduleQueries(executor);
    assertThat(get(queries.standing(new SurveyId("survey-none")))).isEmpty();
    row("Survey|survey-s", Examples.survey("s", SurveyState.DONE_WITH_FAILURES, 3));
    SurveyId survey = new SurveyId("survey-s");
    assertThat(get(queries.standing(survey)))
        .contains(
            new SqlScheduleQueries.Standing(SurveyState.DONE_WITH_FAILURES, Examples.at(3), 0));
    for (String name : List.of("x", "y")) {
      row("Batch|batch-" + name, Examples.batch(name, BatchState.DONE, 1, "a", survey));
    }
    assertThat(get(queries.standing(survey)).orElseThrow().batches()).isEqualTo(2);
  }

  @Test
  void whatASurveyDoesNotListAnyMoreIsFoundPartByPart() throws Exception {
    SurveyId old = new SurveyId("survey-old");
    SurveyId partial = new SurveyId("survey-partial");
    SurveyId now = new SurveyId("survey-now");
    row("Batch|batch-1", Examples.batch("1", BatchState.DONE, 1, "a", old, partial));
    row("Batch|batch-2", Examples.batch("2", BatchState.DONE, 1, "a", old, now));
    row("Batch|batch-3", Examples.batch("3", BatchState.FAILED, 1, "a", old));
    row("Batch|batch-4", Examples.batch("4", BatchState.DONE, 1, "a", partial));
    row("Batch|batch-5", Examples.batch("5", BatchState.DONE, 1, "a", new SurveyId("survey-z")));
    SqlScheduleQueries queries = new SqlScheduleQueries(executor);
    List<BatchId> first = get(queries.unlisted(now, List.of(old, partial), Optional.empty(), 2));
    assertThat(first).extracting(BatchId::value).containsExactly("batch-1", "batch-3");
    assertThat(get(queries.unlisted(now, List.of(old, partial), Optional.of(first.getLast()), 2)))
        .extracting(BatchId::value)
        .containsExactly("batch-4");
  }
}
