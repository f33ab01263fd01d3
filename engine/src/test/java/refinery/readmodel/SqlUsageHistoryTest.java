package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.database.Database;
import refinery.learning.Experience;
import refinery.protocol.Json;
import refinery.protocol.job.WorkSize;
import refinery.testing.TestDatabase;

/** Rows of usage as the journal writes them, of 40,000 jobs. */
class SqlUsageHistoryTest {
  private static final int JOBS = 40_000;
  private static Database database;

  @BeforeAll
  static void fill() throws Exception {
    database = TestDatabase.fresh();
    String columns =
        "insert into job_usage (id, pipeline, size_class, needed_class, cpu, memory, disk, peak_memory,"
            + " scratch, cpu_seconds, seconds, reused, saved_cpu_seconds, saved_bytes, finished_at) ";
    // Sizes 20 to 29; the newest 100 of each have peaks of 1001 to 1100.
    execute(
        columns
            + "select 'job-' || n, 'quant', 20 + n % 10, 5, 2000, 4000000000, 10,"
            + " case when n / 10 >= "
            + (JOBS / 10 - 100)
            + " then 1001 + n / 10 - "
            + (JOBS / 10 - 100)
            + " else 999999 end, 7, 900, 3600, false, 0, 0, timestamptz '2026-01-01' + n * interval '1 s'"
            + " from generate_series(0, "
            + (JOBS - 1)
            + ") n");
    execute(
        columns
            + "values ('job-r', 'quant', 20, 5, 2000, 1, 1, 0, 0, 0, 1, true, 1800, 500, now()),"
            + " ('job-s', 'quant', 20, 5, 2000, 1, 1, 0, 0, 0, 1, false, 0, 0, '2020-01-01'),"
            + " ('job-i', 'index', 0, 0, 1000, 2000000000, 1, 1000000000, 1, 1, 7200, false, 0, 0, now())");
    execute("analyze job_usage");
  }

  @AfterAll
  static void close() throws Exception {
    database.close();
  }

  private static void execute(String sql) throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void theNewestOfEachSizeCountAndReusedOnesDoNot() throws Exception {
    try (Connection connection = database.dataSource().getConnection()) {
      List<Experience> all = SqlUsageHistory.read(connection, 100, 0.95);
      assertThat(all).hasSize(11);
      Experience index = all.getFirst();
      assertThat(index.pipeline()).isEqualTo("index");
      assertThat(index.runs()).isEqualTo(1);
      Experience quant = all.get(1);
      assertThat(quant.size()).isEqualTo(new WorkSize(20, 5));
      assertThat(quant.runs()).isEqualTo(100);
      assertThat(quant.memory()).isEqualTo(1095);
      assertThat(quant.scratch()).isEqualTo(7);
      assertThat(quant.seconds()).isEqualTo(3600);
      assertThat(quant.held().memory()).isEqualTo(4_000_000_000L);
      assertThat(SqlUsageHistory.read(connection, 101, 1).get(1).memory()).isEqualTo(999_999);
    }
  }

  @Test
  void theSumsAreKeptByTheDatabase() throws Exception {
    try (Connection connection = database.dataSource().getConnection()) {
      ObjectNode stats = Json.MAPPER.createObjectNode();
      UsageSums.read(connection, stats);
      JsonNode quant = stats.at("/usage/quant");
      assertThat(quant.path("jobs").asInt()).isEqualTo(JOBS + 2);
      assertThat(quant.path("reused").asInt()).isEqualTo(1);
      assertThat(quant.at("/cpu_hours/declared").asDouble()).isBetween(2.0 * JOBS, 2.0 * JOBS + 1);
      assertThat(quant.at("/cpu_hours/used").asDouble()).isEqualTo(JOBS / 4.0);
      JsonNode index = stats.at("/usage/index");
      assertThat(index.at("/gb_hours/declared").asDouble()).isEqualTo(4);
      assertThat(index.at("/gb_hours/used").asDouble()).isEqualTo(2);
      assertThat(stats.at("/reuse/jobs").asInt()).isEqualTo(1);
      assertThat(stats.at("/reuse/cpu_seconds").asDouble()).isEqualTo(1800);
      assertThat(stats.at("/reuse/bytes").asLong()).isEqualTo(500);
      assertThat(stats.path("comparable")).hasSize(11);
      assertThat(stats.at("/comparable/1/input_below").asLong()).isEqualTo(2L << 20);
    }
  }

  /** Whatever the number of jobs, an index leads to the newest of each size. */
  @Test
  void noLookReadsAllRows() throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("select pg_stat_reset_single_table_counters('job_usage'::regclass)");
      long before = System.nanoTime();
      SqlUsageHistory.read(connection, 100, 0.95);
      System.out.println("a look took " + (System.nanoTime() - before) / 1_000_000 + " ms");
      assertThat(scans(connection, statement)).isZero();
      statement.execute("select sum(scratch) from job_usage");
      assertThat(scans(connection, statement)).as("this one does").isEqualTo(1);
    }
  }

  private static long scans(Connection connection, Statement statement) throws Exception {
    statement.execute("select pg_stat_force_next_flush()");
    return new Query("select seq_scan from pg_stat_user_tables where relname = 'job_usage'")
        .first(connection, row -> row.getLong(1))
        .orElseThrow();
  }
}
