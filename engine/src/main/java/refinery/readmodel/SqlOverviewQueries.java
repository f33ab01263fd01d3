package refinery.readmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.journal.EventSerializer;
import refinery.protocol.Json;
import refinery.protocol.query.JobView;
import refinery.protocol.query.OverviewQueries;

/** The overview by plain SQL; {@code V7__overview.sql} and V10 have its indexes. Thread-safe. */
final class SqlOverviewQueries implements OverviewQueries {
  private static final List<String> COUNTED =
      List.of(
          "batches_found",
          "batches_done",
          "batches_failed",
          "batches_cancelled",
          "jobs_succeeded",
          "jobs_failed",
          "jobs_cancelled");

  /** Rows of a table that are counted by one of their times and a word. All parts are ours. */
  private record Counted(String prefix, String word, String table, String time, String condition) {
    static final List<Counted> ALL =
        List.of(
            new Counted("jobs_", "state", "job_row", "finished_at", ""),
            new Counted("batches_", "'found'", "batch_row", "created_at", ""),
            new Counted(
                "batches_",
                "state",
                "batch_row",
                "changed_at",
                "and state in ('done', 'failed', 'cancelled')"));
  }

  private final SqlExecutor sql;

  SqlOverviewQueries(SqlExecutor sql) {
    this.sql = sql;
  }

  private record Changed(String entity, long position, long events) {}

  @Override
  public CompletionStage<Changes> changes(long cursor, int limit) {
    return sql.run(
        connection -> {
          List<Changed> found =
              new Query(
                      "select persistence_id, max(position) as latest, count(*) from (select"
                          + " persistence_id, position from event_journal where position > ? and"
                          + " position < "
                          + SqlReadModel.HORIZON
                          + " and event_ser_id = ? and not deleted order by position limit ?) news"
                          + " group by persistence_id order by latest desc",
                      cursor,
                      EventSerializer.IDENTIFIER,
                      limit)
                  .list(
                      connection,
                      row -> new Changed(row.getString(1), row.getLong(2), row.getLong(3)));
          return new Changes(
              found.isEmpty() ? cursor : found.getFirst().position(),
              found.stream().mapToLong(Changed::events).sum(),
              found.stream()
                  .map(each -> each.entity().substring(each.entity().indexOf('|') + 1))
                  .toList());
        });
  }

  @Override
  public CompletionStage<List<String>> surveysOf(List<String> entities, int limit) {
    return sql.run(
        connection ->
            new Query(
                    """
                    select survey_id from batch_survey where batch_id = any(?)
                    union select survey_id from job_row where id = any(?) and survey_id is not null
                    limit ?
                    """,
                    entities,
                    entities,
                    limit)
                .list(connection, row -> row.getString(1)));
  }

  @Override
  public CompletionStage<Optional<JobView>> oldestWaiting() {
    return sql.run(
        connection ->
            new Query(
                    """
                    select document from (
                      (select document, created_at, id from job_row where state = 'queued' order by created_at, id desc limit 1)
                      union all
                      (select document, created_at, id from job_row where state = 'waiting' order by created_at, id desc limit 1)
                      union all
                      (select document, created_at, id from job_row where state = 'unplaceable' order by created_at, id desc limit 1)
                    ) oldest order by created_at, id limit 1
                    """)
                .first(connection, row -> JsonColumns.read(row, "document", JobView.class)));
  }

  @Override
  public CompletionStage<List<JsonNode>> history(Instant from, Instant to, Duration step) {
    return sql.run(
        connection -> {
          List<ObjectNode> buckets = new ArrayList<>();
          for (Instant at = from; at.isBefore(to); at = at.plus(step)) {
            ObjectNode bucket = Json.MAPPER.createObjectNode().put("at", at.toString());
            COUNTED.forEach(name -> bucket.put(name, 0L));
            buckets.add(bucket);
          }
          Instant end = from.plus(step.multipliedBy(buckets.size()));
          for (Counted counted : Counted.ALL) {
            count(connection, buckets, counted, from, end);
          }
          return List.copyOf(buckets);
        });
  }

  @Override
  public CompletionStage<List<JsonNode>> states(Instant from, Instant to, Duration step) {
    return sql.run(connection -> StateHistory.read(connection, from, to, step));
  }

  private static void count(
      Connection connection, List<ObjectNode> buckets, Counted counted, Instant from, Instant to)
      throws SQLException {
    if (buckets.isEmpty()) {
      return;
    }
    long step = Duration.between(from, to).toSeconds() / buckets.size();
    Query query =
        new Query(
            ("select floor((extract(epoch from %s) - ?) / ?)::int, %s, count(*) from %s"
                    + " where %s >= ? and %s < ? %s group by 1, 2")
                .formatted(
                    counted.time(),
                    counted.word(),
                    counted.table(),
                    counted.time(),
                    counted.time(),
                    counted.condition()),
            from.getEpochSecond(),
            step,
            from,
            to);
    for (ObjectNode found :
        query.list(
            connection,
            row ->
                Json.MAPPER
                    .createObjectNode()
                    .put("bucket", row.getInt(1))
                    .put("name", counted.prefix() + row.getString(2))
                    .put("count", row.getLong(3)))) {
      String name = found.path("name").asText();
      if (COUNTED.contains(name)) {
        buckets.get(found.path("bucket").asInt()).put(name, found.path("count").asLong());
      }
    }
  }

  @Override
  public CompletionStage<Long> unsearchable() {
    return sql.run(
        connection ->
            new Query("select count(*) from search_row where facets = '{}'")
                .list(connection, row -> row.getLong(1))
                .getFirst());
  }

  @Override
  public CompletionStage<List<Jump>> jump(String text, int limit) {
    return sql.run(connection -> new Jumps(connection, text, limit).find());
  }
}
