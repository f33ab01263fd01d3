package refinery.readmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobState;

/**
 * Records how many jobs and batches stand in which state, once a minute of the database's clock,
 * however many nodes ask for it: the first one counts (some 100 ms for 100,000 batches with their
 * jobs, by indexes alone), the others find it done. One row says so where there is nothing. Kept
 * are {@value #DAYS} days: each minute of the last day, then one in {@value #COARSE}; some 35,000
 * rows at most. Thread-safe.
 */
public final class StateHistory {
  static final int DAYS = 8;
  static final int COARSE = 15;

  private static final String COUNT =
      """
      insert into state_history (at, kind, state, number)
      select date_trunc('minute', now()), counted.* from (
        select 'job', state, count(*) from job_row where %1$s group by state
        union all
        select 'batch', state, count(*) from batch_row where %1$s group by state
        union all
        select 'job', 'queued', 0 where %1$s) counted (kind, state, number)
      order by number desc
      on conflict do nothing
      """
          .formatted(
              "not exists (select from state_history where at = date_trunc('minute', now()))");

  private static final String THIN_OUT =
      """
      delete from state_history where at < now() - interval '%d days'
        or at < now() - interval '1 day' and extract(minute from at)::int %% %d <> 0
      """
          .formatted(DAYS, COARSE);

  private final SqlExecutor sql;

  public StateHistory(SqlExecutor sql) {
    this.sql = sql;
  }

  /** Counts, unless this minute was counted; gives how many states were recorded. */
  public CompletionStage<Integer> record() {
    return sql.run(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            int recorded = statement.executeUpdate(COUNT);
            if (recorded > 0) {
              statement.executeUpdate(THIN_OUT);
            }
            return recorded;
          }
        });
  }

  private record Found(int bucket, String kind, String state, long number) {}

  /** As {@link refinery.protocol.query.OverviewQueries#states}. */
  static List<JsonNode> read(Connection connection, Instant from, Instant to, Duration step)
      throws SQLException {
    List<ObjectNode> buckets = new ArrayList<>();
    for (Instant at = from; at.isBefore(to); at = at.plus(step)) {
      ObjectNode bucket = Json.MAPPER.createObjectNode().put("at", at.toString());
      buckets.add(bucket.putNull("jobs").putNull("batches"));
    }
    Instant end = from.plus(step.multipliedBy(buckets.size()));
    Query lastOfEach =
        new Query(
            """
            select bucket, kind, state, number from (
              select *, max(at) over (partition by bucket) as latest from (
                select *, floor((extract(epoch from at) - ?) / ?)::int as bucket
                from state_history where at >= ? and at < ?) looks) looks
            where at = latest
            """,
            from.getEpochSecond(),
            step.toSeconds(),
            from,
            end);
    Set<Integer> seen = new TreeSet<>();
    for (Found found :
        lastOfEach.list(
            connection,
            row -> new Found(row.getInt(1), row.getString(2), row.getString(3), row.getLong(4)))) {
      ObjectNode bucket = buckets.get(found.bucket());
      if (seen.add(found.bucket())) {
        zeros(bucket);
      }
      bucket
          .withObject(found.kind().equals("job") ? "/jobs" : "/batches")
          .put(found.state(), found.number());
    }
    return List.copyOf(buckets);
  }

  private static void zeros(ObjectNode bucket) {
    ObjectNode jobs = bucket.putObject("jobs");
    for (JobState state : JobState.values()) {
      jobs.put(state.word(), 0L);
    }
    ObjectNode batches = bucket.putObject("batches");
    for (BatchState state : BatchState.values()) {
      batches.put(state.word(), 0L);
    }
  }
}
