package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import refinery.journal.JournalReplay;
import refinery.journal.Projector;

/**
 * Makes the read rows anew from the journal, or compares them with it. Blocking. Both may run while
 * nodes work: a rebuild makes writers wait until it is done, a comparison reads one snapshot of
 * rows and journal.
 */
public final class ReadModelRebuild {
  /**
   * The tables in the order in which the journal writes them, so that locks cannot cause a
   * deadlock.
   */
  private static final List<String> TABLES =
      List.of(
          "schedule_row",
          "survey_row",
          "batch_row",
          "batch_survey",
          "job_row",
          "job_usage",
          "listed_artifact",
          "artifact_row");

  /** A table that triggers of the database fill whenever memberships change. */
  private static final String COUNTS = "survey_count";

  /** Likewise, whenever a job has succeeded. */
  private static final String SUMS = "usage_sum";

  private static final String COUNTED =
      """
      select rtrim(survey_id || ' ' || state || ' ' || quality),
        'counts ' || sum(counted) || ' of ' || sum(members)
      from (select survey_id, state, quality, batches as counted, 0 as members from survey_count
            union all
            select survey_id, state, coalesce(quality, ''), 0, 1 from batch_survey) both_sides
      group by survey_id, state, quality having sum(counted) <> sum(members) order by 1 limit ?
      """;

  private static final String SUMMED =
      """
      select pipeline, 'counts ' || sum(summed) || ' of ' || sum(jobs)
      from (select pipeline, jobs as summed, 0 as jobs from usage_sum
            union all
            select pipeline, 0, 1 from job_usage) both_sides
      group by pipeline having sum(summed) <> sum(jobs) order by 1 limit ?
      """;

  private static final int REPORTED = 1_000;

  /** A row that does not agree with the journal, and how. */
  public record Difference(String table, String key, String what) {}

  private final DataSource dataSource;
  private final Map<String, Projector<?, ?>> projectors;

  /**
   * @param projectors by entity type: {@code Survey}, {@code Batch}, {@code Job}, {@code Schedule}
   */
  public ReadModelRebuild(DataSource dataSource, Map<String, Projector<?, ?>> projectors) {
    this.dataSource = dataSource;
    this.projectors = Map.copyOf(projectors);
  }

  /**
   * Removes all rows and replays the journal, in one transaction: a failure changes nothing.
   * Returns the number of events.
   */
  public long rebuild() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      try {
        for (String table : TABLES) {
          statement.execute("lock table " + table + " in access exclusive mode");
        }
        statement.execute("truncate " + String.join(", ", TABLES) + ", " + COUNTS + ", " + SUMS);
        long events = new JournalReplay(projectors).run(connection);
        connection.commit();
        return events;
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
  }

  /**
   * Compares every column of every row with what the journal says. Empty when all agree; at most
   * {@value #REPORTED} differences of each table.
   */
  public List<Difference> verify() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setAutoCommit(false);
      try {
        String schema =
            new Query("select current_schema()")
                .first(connection, row -> row.getString(1))
                .orElse("public");
        List<Difference> differences = new ArrayList<>();
        differences.addAll(sums(connection, COUNTS, COUNTED));
        differences.addAll(sums(connection, SUMS, SUMMED));
        // Temporary tables come first in the search path, so the replay fills these.
        for (String table : TABLES) {
          statement.execute(
              "create temporary table "
                  + table
                  + " (like "
                  + schema
                  + "."
                  + table
                  + " including indexes including generated) on commit drop");
        }
        new JournalReplay(projectors).run(connection);
        for (String table : TABLES) {
          differences.addAll(differences(connection, schema, table));
        }
        return differences;
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      }
    }
  }

  private static List<Difference> sums(Connection connection, String table, String sql)
      throws SQLException {
    return new Query(sql, REPORTED)
        .list(connection, row -> new Difference(table, row.getString(1), row.getString(2)));
  }

  private static List<Difference> differences(Connection connection, String schema, String table)
      throws SQLException {
    String key =
        switch (table) {
          case "batch_survey" -> "r.batch_id || ' ' || r.survey_id";
          case "listed_artifact" -> "r.sha256 || ' ' || r.owner";
          case "artifact_row" -> "r.batch_id || ' ' || r.name";
          default -> "r.id";
        };
    String rows = "(select " + key + " as key, to_jsonb(r) - 'changed_at' as content from ";
    return new Query(
            "select coalesce(l.key, j.key), case"
                + " when l.key is null then 'missing'"
                + " when j.key is null then 'not in the journal'"
                + " else 'differs in ' || (select string_agg(c.key, ', ' order by c.key)"
                + "   from jsonb_each(l.content) c where c.value is distinct from"
                + "   j.content -> c.key) end"
                + " from "
                + rows
                + schema
                + "."
                + table
                + " r) l full join "
                + rows
                + "pg_temp."
                + table
                + " r) j on l.key = j.key"
                + " where l.content is distinct from j.content order by 1 limit ?",
            REPORTED)
        .list(connection, row -> new Difference(table, row.getString(1), row.getString(2)));
  }
}
