package refinery.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import refinery.database.Database;
import refinery.testing.TestDatabase;

class PresenceTableTest {
  private static final Duration STALE = Duration.ofSeconds(10);
  private static final Presence A = new Presence("a:1", "refinery", "1.2.3");
  private static final Presence B = new Presence("b:1", "blue", "1.3.0");
  private static Database database;

  private final PresenceTable table =
      new PresenceTable(database.dataSource(), InstantSource.system());

  @BeforeAll
  static void open() {
    database = TestDatabase.fresh();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @BeforeEach
  void clear() throws SQLException {
    execute("delete from cluster_presence");
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void showsOthersWhoSpokeOfLate() throws SQLException {
    table.beat(A);
    table.beat(B);
    table.beat(B);
    assertThat(table.look(A, STALE).others()).containsExactly(B);
    execute("update cluster_presence set seen = clock_timestamp() - interval '11 seconds'");
    assertThat(table.look(A, STALE).others()).isEmpty();
    table.beat(B);
    assertThat(table.look(A, STALE).others()).containsExactly(B);
    table.forget(B);
    assertThat(table.look(A, STALE).others()).isEmpty();
  }

  @Test
  void comparesTheClocks() throws SQLException {
    InstantSource ahead = () -> Instant.now().plusSeconds(3600);
    Duration found = new PresenceTable(database.dataSource(), ahead).look(A, STALE).clockAhead();
    assertThat(found).isBetween(Duration.ofSeconds(3590), Duration.ofSeconds(3610));
  }

  @Test
  void aMemberIsSeenUntilItLeaves() throws Exception {
    AtomicBoolean asked = new AtomicBoolean();
    PresenceConfig config =
        new PresenceConfig("refinery", STALE, Duration.ofMillis(20), Duration.ofSeconds(10));
    try (PresenceBeat beat =
        PresenceBeat.start(
            table,
            A,
            config,
            () -> {
              asked.set(true);
              return Set.of();
            })) {
      assertThat(beat).isNotNull();
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> table.look(B, STALE).others().contains(A) && asked.get());
    }
    assertThat(table.look(B, STALE).others()).isEmpty();
  }
}
