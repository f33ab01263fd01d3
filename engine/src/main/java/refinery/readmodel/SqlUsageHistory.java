package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import refinery.learning.Experience;
import refinery.protocol.Resources;
import refinery.protocol.job.WorkSize;

/**
 * Reads what the newest jobs of each pipeline and size used. The cost grows with the number of
 * sizes, of which at most {@value #SIZES} are read, not with that of jobs. Thread-safe.
 */
public final class SqlUsageHistory {
  private static final int SIZES = 1_000;

  /** One step along an index for each size, then the newest of it. */
  private static final String NEWEST =
      """
      with recursive sizes (pipeline, size_class, needed_class) as (
        (select pipeline, size_class, needed_class from job_usage where not reused
         order by 1, 2, 3 limit 1)
        union all
        select n.pipeline, n.size_class, n.needed_class from sizes s
        cross join lateral (
          select u.pipeline, u.size_class, u.needed_class from job_usage u
          where not u.reused and (u.pipeline, u.size_class, u.needed_class)
                > (s.pipeline, s.size_class, s.needed_class)
          order by 1, 2, 3 limit 1) n
      )
      select s.pipeline, s.size_class, s.needed_class, count(*) as runs,
             percentile_disc(?::float8) within group (order by u.peak_memory) as memory,
             percentile_disc(?::float8) within group (order by u.scratch) as scratch,
             percentile_disc(?::float8) within group (order by u.seconds) as seconds,
             max(u.cpu) as cpu, max(u.memory) as held_memory, max(u.disk) as held_disk
      from (select * from sizes limit ?) s
      cross join lateral (
        select * from job_usage j
        where j.pipeline = s.pipeline and j.size_class = s.size_class
          and j.needed_class = s.needed_class and not j.reused
        order by j.finished_at desc limit ?) u
      where u.peak_memory > 0
      group by 1, 2, 3 order by 1, 2, 3
      """;

  private final SqlExecutor sql;

  public SqlUsageHistory(SqlExecutor sql) {
    this.sql = sql;
  }

  /**
   * Does not block. Jobs that were too short to be measured do not count.
   *
   * @param window the newest jobs of a size that are looked at
   */
  public CompletionStage<List<Experience>> read(int window, double quantile) {
    return sql.run(connection -> read(connection, window, quantile));
  }

  static List<Experience> read(Connection connection, int window, double quantile)
      throws SQLException {
    return new Query(
            NEWEST,
            Double.toString(quantile),
            Double.toString(quantile),
            Double.toString(quantile),
            SIZES,
            window)
        .list(
            connection,
            row ->
                new Experience(
                    row.getString("pipeline"),
                    new WorkSize(row.getInt("size_class"), row.getInt("needed_class")),
                    row.getInt("runs"),
                    row.getLong("memory"),
                    row.getLong("scratch"),
                    row.getDouble("seconds"),
                    Resources.of(
                        row.getLong("cpu"), row.getLong("held_memory"), row.getLong("held_disk"))));
  }
}
