package refinery.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import refinery.testing.TestDatabase;

/**
 * How long each step of the schema takes over large tables: {@code MigrationBench [ROWS]}, so many
 * jobs, one in two failed, and as many batches, found and described before the second step.
 */
final class MigrationBench {
  private static final String JOBS =
      """
      insert into job_row (id, seq_nr, kind, state, survey_id, pipeline, node, attempt, failure_class, failure, raw_data,
        created_at, finished_at, open, changed_at, ticket, document)
      select 'job-' || n, 1, 'process', case when n %% 2 = 0 then 'failed' else 'succeeded' end, 'survey-' || n %% 100, 'salmon-quant', 'node-1', 1,
        case when n %% 2 = 0 then 'permanent' end,
        case when n %% 2 = 0 then 'step quant: exit code 1: error: could not open /scratch/job-' || n || '/SRR' || (1000000 + n) || '_1.fastq.gz after ' || n || ' reads: ' || repeat('words of a tool ', 20) end,
        false, now() - n * interval '1 s', now() - n * interval '1 s', false, now(),
        json_build_object('id', n, 'text', md5(n::text) || repeat('x', 500)), json_build_object('id', 'job-' || n, 'text', repeat(md5(n::text), 60))
      from generate_series(1, %d) n
      """;
  private static final String BATCHES =
      """
      insert into batch_row (id, seq_nr, source, key, pipeline, organism, state, title, created_at, open, changed_at, document)
      select 'batch-' || n, 1, 'ena', 'SRR' || n, 'salmon-quant', 'homo_sapiens', case when n %% 2 = 0 then 'failed' else 'done' end, 'run ' || n,
        now() - n * interval '1 s', false, now(), json_build_object('id', 'batch-' || n, 'key_values', json_build_object('a', repeat(md5(n::text), 60)))
      from generate_series(1, %d) n
      """;

  private MigrationBench() {}

  public static void main(String[] arguments) throws Exception {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    DatabaseAddress address = TestDatabase.freshAddress();
    to(address, MigrationVersion.fromVersion("1"));
    try (Connection connection =
            DriverManager.getConnection(address.url(), address.user(), address.password());
        Statement statement = connection.createStatement()) {
      statement.execute(JOBS.formatted(rows));
      statement.execute(BATCHES.formatted(rows));
      statement.execute("vacuum analyze");
    }
    for (MigrationInfo step : flyway(address, MigrationVersion.LATEST).info().pending()) {
      long begun = System.nanoTime();
      to(address, step.getVersion());
      System.out.printf(
          "%,d rows: step %s (%s) %.1f s%n",
          rows, step.getVersion(), step.getDescription(), (System.nanoTime() - begun) / 1e9);
    }
    new Schema(address, System.out::println, Duration.ofSeconds(1)).bringUpToDate();
    System.exit(0);
  }

  private static void to(DatabaseAddress address, MigrationVersion last) throws SQLException {
    flyway(address, last).migrate();
  }

  private static Flyway flyway(DatabaseAddress address, MigrationVersion last) {
    return Flyway.configure()
        .dataSource(address.url(), address.user(), address.password())
        .locations("classpath:db/migration")
        .target(last)
        .load();
  }
}
