package refinery.readmodel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import refinery.learning.Experience;
import refinery.protocol.Json;

/**
 * What the process jobs of each pipeline that succeeded had reserved and what they used, and what
 * was saved by reusing earlier results. Jobs that bring their command are not counted.
 */
final class UsageSums {
  private static final double HOUR = 3600;
  private static final double GB = 1e9;

  /** The window and quantile of what is shown of the newest jobs. */
  private static final int WINDOW = 200;

  private static final double QUANTILE = 0.95;

  private UsageSums() {}

  /** Adds {@code usage}, by pipeline, and {@code reuse}, over all of them. */
  static void read(Connection connection, ObjectNode stats) throws SQLException {
    comparable(connection, stats);
    ObjectNode usage = stats.putObject("usage");
    record Named(String pipeline, ObjectNode sums) {}
    new Query(
            """
            select pipeline, sum(jobs) as jobs, sum(reused) as reused, sum(seconds) as seconds,
                   sum(cpu_seconds) as cpu_seconds, sum(cpu_seconds_reserved) as cpu_seconds_reserved,
                   sum(memory_used) as memory_used, sum(memory_reserved) as memory_reserved
            from usage_sum group by pipeline order by pipeline
            """)
        .list(connection, row -> new Named(row.getString("pipeline"), sums(row)))
        .forEach(named -> usage.set(named.pipeline(), named.sums()));
    new Query(
            "select coalesce(sum(reused), 0), coalesce(sum(saved_cpu_seconds), 0),"
                + " coalesce(sum(saved_bytes), 0) from usage_sum")
        .list(
            connection,
            row ->
                Json.MAPPER
                    .createObjectNode()
                    .put("jobs", row.getLong(1))
                    .put("cpu_seconds", row.getDouble(2))
                    .put("bytes", row.getLong(3)))
        .forEach(saved -> stats.set("reuse", saved));
  }

  /** Adds {@code comparable}: what the newest jobs of each pipeline and size used, in numbers. */
  static void comparable(Connection connection, ObjectNode stats) throws SQLException {
    ArrayNode all = stats.putArray("comparable");
    for (Experience each : SqlUsageHistory.read(connection, WINDOW, QUANTILE)) {
      all.addObject()
          .put("pipeline", each.pipeline())
          .put("input_below", 2L << each.size().inputs())
          .put("needed_below", 2L << each.size().needed())
          .put("jobs", each.runs())
          .put("peak_memory", each.memory())
          .put("scratch", each.scratch())
          .put("seconds", each.seconds())
          .put("most_memory_reserved", each.held().memory());
    }
  }

  private static ObjectNode sums(ResultSet row) throws SQLException {
    ObjectNode sums =
        Json.MAPPER
            .createObjectNode()
            .put("jobs", row.getLong("jobs"))
            .put("reused", row.getLong("reused"))
            .put("hours", row.getDouble("seconds") / HOUR);
    sums.putObject("cpu_hours")
        .put("declared", row.getDouble("cpu_seconds_reserved") / HOUR)
        .put("used", row.getDouble("cpu_seconds") / HOUR);
    sums.putObject("gb_hours")
        .put("declared", row.getDouble("memory_reserved") / GB / HOUR)
        .put("used", row.getDouble("memory_used") / GB / HOUR);
    return sums;
  }
}
