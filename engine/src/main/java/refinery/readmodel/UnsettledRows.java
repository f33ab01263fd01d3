package refinery.readmodel;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.EntityKind;
import refinery.protocol.NodeId;
import refinery.readmodel.NodeQueries.Unsettled;

/**
 * Reads the pages of unsettled entities that the foreman looks at. Each part of a query has an
 * index of its own.
 */
final class UnsettledRows {
  private static final String AGE =
      "(extract(epoch from now() - changed_at) * 1000)::bigint as age";
  private static final String JOBS =
      "(select id, seq_nr, state, open, attempt, node, "
          + AGE
          + ", case when state = 'waiting' then (extract(epoch from now()"
          + " - (document->>'next_attempt_at')::timestamptz) * 1000)::bigint end as overdue"
          + " from job_row where ";
  private static final String REST = " and id > ? order by id limit ?)";

  private UnsettledRows() {}

  static CompletionStage<List<Unsettled>> read(
      SqlExecutor sql, EntityKind kind, String after, int limit) {
    Query query =
        switch (kind) {
          case JOB -> jobs(after, limit);
          case BATCH -> open("batch_row", after, limit);
          case SURVEY -> open("survey_row", after, limit);
          case SCHEDULE -> schedules(after, limit);
        };
    return sql.run(connection -> query.list(connection, row -> unsettled(kind, row)));
  }

  private static Query jobs(String after, int limit) {
    return new Query(JOBS + "open" + REST, after, limit)
        .add("union")
        .add(JOBS + "state in ('queued', 'running', 'waiting', 'unplaceable')" + REST, after, limit)
        .add("order by id limit ?", limit);
  }

  private static Query schedules(String after, int limit) {
    return new Query(
        "select id, seq_nr, state, open, 0 as attempt, null::text as node, "
            + AGE
            + ", (extract(epoch from now() - next_at) * 1000)::bigint as overdue"
            + " from schedule_row where open and id > ? order by id limit ?",
        after,
        limit);
  }

  private static Query open(String table, String after, int limit) {
    return new Query(
        "select id, seq_nr, state, open, 0 as attempt, null::text as node, "
            + AGE
            + ", null::bigint as overdue from "
            + table
            + " where open and id > ? order by id limit ?",
        after,
        limit);
  }

  private static Unsettled unsettled(EntityKind kind, ResultSet row) throws SQLException {
    long overdue = row.getLong("overdue");
    boolean due = !row.wasNull() && overdue >= 0;
    return new Unsettled(
        kind,
        row.getString("id"),
        row.getLong("seq_nr"),
        row.getString("state"),
        row.getBoolean("open"),
        row.getInt("attempt"),
        Optional.ofNullable(row.getString("node")).map(NodeId::of),
        Duration.ofMillis(Math.max(0, row.getLong("age"))),
        due ? Optional.of(Duration.ofMillis(overdue)) : Optional.empty());
  }
}
