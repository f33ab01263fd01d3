package refinery.readmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.EarlyStops;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.survey.SurveyState;

/**
 * Counts surveys, batches and jobs by state, the jobs that ended lately, and the failures by cause
 * (the {@value #REASONS} most frequent ones). All along indexes: it is read for every look at the
 * whole.
 */
final class Statistics {
  private static final int REASONS = 20;

  private Statistics() {}

  private record Count(String kind, String state, long count) {}

  static JsonNode read(Connection connection) throws SQLException {
    ObjectNode stats = counts(connection);
    throughput(connection, stats.putObject("throughput"));
    failures(connection, stats.putArray("failures"));
    stats.set("early_stops", earlyStops(connection));
    UsageSums.read(connection, stats);
    return stats;
  }

  /** Surveys, batches and jobs by state, the states without any too. */
  static ObjectNode counts(Connection connection) throws SQLException {
    ObjectNode stats = Json.MAPPER.createObjectNode();
    ObjectNode surveys = stats.putObject("surveys");
    for (SurveyState state : SurveyState.values()) {
      surveys.put(state.word(), 0L);
    }
    counts(connection, "select '', state, count(*) from survey_row group by state")
        .forEach(row -> surveys.put(row.state(), row.count()));
    ObjectNode batches = stats.putObject("batches");
    for (BatchState state : BatchState.values()) {
      batches.put(state.word(), 0L);
    }
    counts(connection, "select '', state, count(*) from batch_row group by state")
        .forEach(row -> batches.put(row.state(), row.count()));
    ObjectNode jobs = stats.putObject("jobs");
    for (JobKind kind : JobKind.values()) {
      ObjectNode states = jobs.putObject(kind.word());
      for (JobState state : JobState.values()) {
        states.put(state.word(), 0L);
      }
    }
    counts(connection, "select kind, state, count(*) from job_row group by kind, state")
        .forEach(row -> jobs.withObject("/" + row.kind()).put(row.state(), row.count()));
    return stats;
  }

  private static List<Count> counts(Connection connection, String sql) throws SQLException {
    return new Query(sql)
        .list(connection, row -> new Count(row.getString(1), row.getString(2), row.getLong(3)));
  }

  private static void throughput(Connection connection, ObjectNode throughput) throws SQLException {
    new Query(
            """
            select count(*) filter (where finished_at > now() - interval '1 minute'),
                   count(*) filter (where finished_at > now() - interval '5 minutes'),
                   count(*)
            from job_row where finished_at > now() - interval '1 hour'
            """)
        .list(connection, row -> List.of(row.getLong(1), row.getLong(2), row.getLong(3)))
        .forEach(
            ended ->
                throughput
                    .put("jobs_last_minute", ended.get(0))
                    .put("jobs_last_5_minutes", ended.get(1))
                    .put("jobs_last_hour", ended.get(2)));
  }

  private static void failures(Connection connection, ArrayNode failures) throws SQLException {
    List<ObjectNode> reasons =
        new Query(
                """
                select j.failure_class, failure_cause(j.failure), g.jobs
                from (select failure_group, count(*) as jobs from job_row
                      where state = 'failed' and failure_group is not null
                      group by failure_group order by jobs desc, failure_group limit ?) g
                cross join lateral
                  (select failure_class, failure from job_row
                   where failure_group = g.failure_group and state = 'failed'
                   order by created_at desc, id limit 1) j
                order by g.jobs desc, 2
                """,
                REASONS)
            .list(
                connection,
                row ->
                    Json.MAPPER
                        .createObjectNode()
                        .put("class", row.getString(1))
                        .put("message", row.getString(2))
                        .put("count", row.getLong(3)));
    reasons.forEach(failures::add);
  }

  /** Runs that were ended after their first reads, and about what that saved. */
  private static JsonNode earlyStops(Connection connection) throws SQLException {
    return new Query(
            """
            select count(*), coalesce(sum(saved[1]::numeric), 0), coalesce(sum(saved[2]::numeric), 0)
            from (select regexp_match(failure, ?) as saved from job_row
                  where state = 'failed' and failure_class = 'permanent' and starts_with(failure, '%s')) as stops
            """
                .formatted(EarlyStops.VERDICT), // Within the text, as the index has it.
            EarlyStops.SAVED)
        .list(
            connection,
            row ->
                Json.MAPPER
                    .createObjectNode()
                    .put("runs", row.getLong(1))
                    .put("bytes_saved", row.getLong(2))
                    .put("seconds_saved", row.getLong(3)))
        .getFirst();
  }
}
