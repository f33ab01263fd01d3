package refinery.readmodel;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import refinery.journal.EventSerializer;
import refinery.manifests.Manifests;
import refinery.protocol.BatchId;
import refinery.protocol.Entities;
import refinery.protocol.JobId;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.BatchView.ArtifactView;
import refinery.protocol.query.FailureGroups;
import refinery.protocol.query.JobView;
import refinery.protocol.query.OverviewQueries;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel;
import refinery.protocol.query.ScheduleView;
import refinery.protocol.query.SurveyMatrix;
import refinery.protocol.query.SurveyPace;
import refinery.protocol.query.SurveyPlan;
import refinery.protocol.query.SurveyView;

/**
 * The read model by plain SQL. A page of a list is read along an index from the last row of the
 * page before, so every page costs the same. Thread-safe.
 */
public final class SqlReadModel implements ReadModel {
  private static final int LARGEST_PAGE = 1_000;

  /**
   * SQL for the transaction horizon. All events below this position belong to transactions that
   * have ended; see the journal's schema.
   */
  static final String HORIZON =
      "(select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + shift) << 20"
          + " from journal_clock)";

  private final SqlExecutor sql;
  private final Waiting waiting;

  /**
   * A read model that cannot read manifests. It explains in fewer words why a batch waits for a
   * set.
   */
  public SqlReadModel(SqlExecutor sql) {
    this.sql = sql;
    this.waiting = new Waiting(Optional.empty());
  }

  public SqlReadModel(SqlExecutor sql, Manifests manifests) {
    this.sql = sql;
    this.waiting = new Waiting(Optional.of(new SetOutlook(manifests)));
  }

  private record Placed<T>(T item, Cursor cursor) {}

  @Override
  public CompletionStage<Page<SurveyView>> surveys(Filter filter) {
    return sql.run(
        connection -> {
          requireKnown(filter, Set.of("state", "source"));
          Query query =
              new Query("select t.document, t.created_at, t.id from survey_row t where true");
          equal(query, filter, "state", "t.state");
          equal(query, filter, "source", "t.source");
          Page<SurveyView> page =
              page(connection, query, "surveys", filter, "t.created_at", "t.id", SurveyView.class);
          return new Page<>(SurveyCounts.counted(connection, page.items()), page.next());
        });
  }

  @Override
  public CompletionStage<Page<ScheduleView>> schedules(Filter filter) {
    return sql.run(
        connection -> {
          requireKnown(filter, Set.of("state"));
          Query query =
              new Query(
                  "select t.document, t.created_at, t.id from schedule_row t"
                      + " where t.state <> 'deleted'");
          equal(query, filter, "state", "t.state");
          return page(
              connection, query, "schedules", filter, "t.created_at", "t.id", ScheduleView.class);
        });
  }

  @Override
  public CompletionStage<Optional<ScheduleView>> schedule(ScheduleId id) {
    return sql.run(
        connection ->
            new Query(
                    "select document from schedule_row where id = ? and state <> 'deleted'",
                    id.value())
                .first(connection, row -> JsonColumns.read(row, "document", ScheduleView.class)));
  }

  @Override
  public CompletionStage<Page<BatchView>> batches(Filter filter) {
    return sql.run(
        connection -> {
          requireKnown(
              filter, Set.of("survey_id", "state", "quality", "pipeline", "organism", "q"));
          boolean bySurvey = filter.values().containsKey("survey_id");
          Query query = new Query("select t.document, t.created_at, t.id from batch_row t");
          if (bySurvey) {
            query.add(
                "join batch_survey m on m.batch_id = t.id where m.survey_id = ?",
                filter.values().get("survey_id"));
          } else {
            query.add("where true");
          }
          equal(query, filter, "state", bySurvey ? "m.state" : "t.state");
          equal(query, filter, "quality", bySurvey ? "m.quality" : "t.quality");
          equal(query, filter, "pipeline", "t.pipeline");
          equal(query, filter, "organism", "t.organism");
          Optional.ofNullable(filter.values().get("q")).ifPresent(text -> contains(query, text));
          Page<BatchView> page =
              page(
                  connection,
                  query,
                  "batches",
                  filter,
                  bySurvey ? "m.created_at" : "t.created_at",
                  bySurvey ? "m.batch_id" : "t.id",
                  BatchView.class);
          return new Page<>(waiting.explained(connection, page.items()), page.next());
        });
  }

  @Override
  public CompletionStage<Page<JobView>> jobs(Filter filter) {
    return sql.run(
        connection -> {
          requireKnown(
              filter,
              Set.of(
                  "state",
                  "kind",
                  "node",
                  "survey_id",
                  "batch_id",
                  "failure_class",
                  "failure_group",
                  "pipeline"));
          Query query =
              new Query("select t.document, t.created_at, t.id from job_row t where true");
          for (String name :
              List.of(
                  "state",
                  "kind",
                  "node",
                  "survey_id",
                  "failure_class",
                  "failure_group",
                  "pipeline")) {
            equal(query, filter, name, "t." + name);
          }
          if (filter.values().containsKey("failure_group")) {
            query.add("and t.state = 'failed'"); // Says to the planner which index to use.
          }
          if (filter.values().containsKey("batch_id")) {
            query.add(
                "and t.id in (select json_array_elements_text(b.document -> 'job_ids')"
                    + " from batch_row b where b.id = ?)",
                filter.values().get("batch_id"));
          }
          return page(connection, query, "jobs", filter, "t.created_at", "t.id", JobView.class);
        });
  }

  @Override
  public CompletionStage<FailureGroups> failures(Filter filter) {
    return sql.run(
        connection -> {
          requireKnown(filter, Set.of("kind", "survey_id", "pipeline", "failure_class"));
          return FailureRows.groups(connection, filter);
        });
  }

  @Override
  public CompletionStage<Optional<FailureGroups.RetryPlan>> retryPlan(
      String group, Map<String, String> filters, int most) {
    return sql.run(connection -> RetryPlans.of(connection, group, filters, most));
  }

  private static void requireKnown(Filter filter, Set<String> names) {
    for (String name : filter.values().keySet()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException("this list has no filter " + name + ", only " + names);
      }
    }
  }

  private static void equal(Query query, Filter filter, String name, String column) {
    String value = filter.values().get(name);
    if (value != null) {
      query.add("and " + column + " = ?", value);
    }
  }

  private static void contains(Query query, String text) {
    String pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    query.add(
        "and (t.key ilike ? or t.organism ilike ? or t.title ilike ?)", pattern, pattern, pattern);
  }

  private static <T> Page<T> page(
      Connection connection,
      Query query,
      String list,
      Filter filter,
      String time,
      String id,
      Class<T> type)
      throws SQLException {
    int limit = Math.clamp(filter.limit(), 1, LARGEST_PAGE);
    filter
        .cursor()
        .map(text -> Cursor.decode(text, list, filter))
        .ifPresent(
            after ->
                query.add(
                    "and " + time + " <= ? and (" + time + " < ? or " + id + " > ?)",
                    after.createdAt(),
                    after.createdAt(),
                    after.id()));
    query.add("order by " + time + " desc, " + id + " limit ?", limit + 1);
    List<Placed<T>> found =
        query.list(
            connection,
            row ->
                new Placed<>(
                    JsonColumns.read(row, "document", type),
                    new Cursor(
                        row.getObject("created_at", OffsetDateTime.class).toInstant(),
                        row.getString("id"))));
    List<T> items = found.stream().limit(limit).map(Placed::item).toList();
    Optional<String> next =
        found.size() > limit
            ? Optional.of(found.get(limit - 1).cursor().encode(list, filter))
            : Optional.empty();
    return new Page<>(items, next);
  }

  @Override
  public CompletionStage<Optional<SurveyView>> survey(SurveyId id) {
    return sql.run(
        connection -> {
          Optional<SurveyView> found = one(connection, "survey_row", id.value(), SurveyView.class);
          return found.isEmpty()
              ? found
              : Optional.of(SurveyCounts.counted(connection, List.of(found.get())).getFirst());
        });
  }

  @Override
  public CompletionStage<SurveyPlan> plan(SurveyId id) {
    return sql.run(connection -> PlanSums.read(connection, id));
  }

  @Override
  public CompletionStage<Optional<BatchView>> batch(BatchId id) {
    return sql.run(
        connection -> {
          Optional<BatchView> found = one(connection, "batch_row", id.value(), BatchView.class);
          return found.isEmpty()
              ? found
              : Optional.of(waiting.explained(connection, List.of(found.get())).getFirst());
        });
  }

  @Override
  public CompletionStage<Optional<JobView>> job(JobId id) {
    return sql.run(connection -> one(connection, "job_row", id.value(), JobView.class));
  }

  private static <T> Optional<T> one(Connection connection, String table, String id, Class<T> type)
      throws SQLException {
    return new Query("select document from " + table + " where id = ?", id)
        .first(connection, row -> JsonColumns.read(row, "document", type));
  }

  @Override
  public CompletionStage<Map<SurveyId, SurveyPace>> paces(Collection<SurveyId> ids) {
    return sql.run(connection -> PaceRows.read(connection, ids));
  }

  @Override
  public CompletionStage<SurveyMatrix> matrix(SurveyId id, Filter filter) {
    return sql.run(connection -> MatrixRows.read(connection, id, filter));
  }

  @Override
  public CompletionStage<List<RecordedEvent>> history(JobId id) {
    return sql.run(connection -> EventRows.all(connection, Entities.JOB.name() + "|" + id));
  }

  @Override
  public CompletionStage<List<RecordedEvent>> history(BatchId id, int limit) {
    return sql.run(
        connection -> EventRows.newest(connection, Entities.BATCH.name() + "|" + id, limit));
  }

  @Override
  public CompletionStage<List<RecordedEvent>> orders(SurveyId id, int limit) {
    return sql.run(
        connection -> EventRows.byPersons(connection, Entities.SURVEY.name() + "|" + id, limit));
  }

  @Override
  public CompletionStage<List<RecordedEvent>> events(long afterOrdering, int limit) {
    return sql.run(
        connection ->
            new Query(
                    "select "
                        + JsonColumns.EVENT
                        + " from event_journal where position > ?"
                        + " and position < "
                        + HORIZON
                        + " and event_ser_id = ? and not deleted order by position limit ?",
                    afterOrdering,
                    EventSerializer.IDENTIFIER,
                    limit)
                .list(connection, JsonColumns::event));
  }

  @Override
  public CompletionStage<Long> lastOrdering() {
    return sql.run(
        connection ->
            new Query(
                    "select position from event_journal where position < "
                        + HORIZON
                        + " order by position desc limit 1")
                .first(connection, row -> row.getLong(1))
                .orElse(0L));
  }

  @Override
  public CompletionStage<Optional<ArtifactView>> artifact(String sha256) {
    return sql.run(
        connection ->
            new Query(
                    "select name, sha256, size, media_type, role from listed_artifact where sha256"
                        + " = ? order by owner limit 1",
                    sha256)
                .first(
                    connection,
                    row ->
                        new ArtifactView(
                            row.getString(1),
                            row.getString(2),
                            row.getLong(3),
                            row.getString(4),
                            row.getString(5),
                            "/api/v1/artifacts/" + row.getString(2))));
  }

  @Override
  public CompletionStage<Page<RefinedArtifact>> artifacts(Filter filter) {
    return sql.run(connection -> ArtifactRows.page(connection, filter));
  }

  @Override
  public CompletionStage<List<FacetCount>> facet(Filter filter, String key, int values) {
    return sql.run(connection -> ArtifactRows.count(connection, filter, key, values));
  }

  @Override
  public CompletionStage<Found> search(Filter filter, List<String> facets, int values) {
    return sql.run(connection -> SearchRows.answer(connection, filter, facets, values));
  }

  @Override
  public CompletionStage<JsonNode> stats() {
    return sql.run(Statistics::read);
  }

  @Override
  public CompletionStage<JsonNode> counts() {
    return sql.run(Statistics::counts);
  }

  @Override
  public OverviewQueries overview() {
    return new SqlOverviewQueries(sql);
  }
}
