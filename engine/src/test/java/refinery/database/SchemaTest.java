package refinery.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import refinery.testing.TestDatabase;

class SchemaTest {
  private static final String STUCK =
      """
      select exists (select 1 from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock' and clock_timestamp() - query_start > interval '1500 ms')
      """;

  private static final String NOBODY_LOCKS =
      """
      select not exists (select 1 from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database()))
      """;

  private final List<String> first = new CopyOnWriteArrayList<>();
  private final List<String> second = new CopyOnWriteArrayList<>();

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofMinutes(1));
  }

  /** All limits are one second here; the step is kept waiting for longer. */
  @Test
  void aStepMayTakeLongerThanConnectionsElseMayAndOtherNodesWaitForIt() throws Exception {
    DatabaseAddress address = atVersion7();
    DatabaseAddress limited =
        new DatabaseAddress(
            address.url() + "?socketTimeout=1&ApplicationName=mine",
            address.user(),
            address.password());
    try (Connection reader = connection(address)) {
      execute(
          reader,
          "do $$ begin execute format('alter database %I set statement_timeout = 1000',"
              + " current_database()); end $$");
      reader.setAutoCommit(false);
      execute(reader, "lock table job_row in access share mode");
      CompletableFuture<Void> works = begun(limited, first);
      try (Connection other = connection(address)) {
        await().until(() -> works.isDone() || isTrue(other, STUCK));
        assertThat(works).as("the upgrade, after longer than a second").isNotDone();
        CompletableFuture<Void> waits = begun(limited, second);
        await().until(() -> !second.isEmpty());
        assertThat(second.getFirst())
            .startsWith("waits for the node at ")
            .contains("(refinery, tables to version ");
        await().until(() -> first.stream().anyMatch(line -> line.contains(" so far; ")));
        assertThat(waits).isNotDone();
        reader.rollback();
        works.get(60, TimeUnit.SECONDS);
        waits.get(60, TimeUnit.SECONDS);
        execute(other, "select failure_group from job_row");
      }
    }
    assertThat(first)
        .contains("step 8 (failure groups)", "the tables of " + limited + " are up to date")
        .anyMatch(line -> line.contains("; it waits for "));
    assertThat(second).noneMatch(line -> line.startsWith("step "));
  }

  @Test
  void noStepIsTakenWhileNodesOfAnOlderVersionAreAlive() throws Exception {
    DatabaseAddress address = atVersion7();
    try (Connection other = connection(address)) {
      execute(
          other,
          "insert into cluster_presence (address, cluster, version, seen) values"
              + " ('old:1', 'refinery', '0.1.9', clock_timestamp()),"
              + " ('gone:1', 'refinery', '0.1.9', clock_timestamp() - interval '31 seconds')");
      CompletableFuture<Void> waits = begun(address, first);
      await().until(() -> first.size() >= 2);
      assertThat(first)
          .allMatch(line -> line.startsWith("waits for the end of old:1 (Refinery 0.1.9): "));
      assertThat(waits).isNotDone();
      assertThat(isTrue(other, "select to_regclass('state_history') is null")).isTrue();
      assertThat(isTrue(other, NOBODY_LOCKS)).as("an older node may be restarted").isTrue();
      execute(other, "delete from cluster_presence");
      waits.get(60, TimeUnit.SECONDS);
      assertThat(isTrue(other, "select to_regclass('state_history') is not null")).isTrue();
    }
  }

  private static DatabaseAddress atVersion7() {
    DatabaseAddress address = TestDatabase.freshAddress();
    Flyway.configure()
        .dataSource(address.url(), address.user(), address.password())
        .locations("classpath:db/migration")
        .target("7")
        .load()
        .migrate();
    return address;
  }

  @Test
  void patientConnectionsHaveNoLimitWhateverTheAddressSays() {
    assertThat(patient("jdbc:postgresql://h/d"))
        .contains("?reWriteBatchedInserts=true", "socketTimeout=0", "ApplicationName=worker");
    assertThat(patient("jdbc:postgresql://h/d?socketTimeout=5&ssl=true&ApplicationName=mine"))
        .startsWith("jdbc:postgresql://h/d?ssl=true&")
        .contains("socketTimeout=0", "ApplicationName=worker")
        .doesNotContain("socketTimeout=5", "mine", "&&");
    assertThat(patient("jdbc:postgresql://h/d?socketTimeout=5"))
        .startsWith("jdbc:postgresql://h/d?reWriteBatchedInserts");
  }

  private static String patient(String url) {
    return new DatabaseAddress(url, "u", "").patient("worker");
  }

  /** In a thread of its own. */
  private static CompletableFuture<Void> begun(DatabaseAddress address, List<String> lines) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            new Schema(address, lines::add, Duration.ofMillis(200)).bringUpToDate();
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        },
        Thread.ofPlatform()::start);
  }

  private static Connection connection(DatabaseAddress address) throws SQLException {
    return DriverManager.getConnection(address.url(), address.user(), address.password());
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static boolean isTrue(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getBoolean(1);
    }
  }
}
