package refinery.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import refinery.database.Database;
import refinery.protocol.session.EndedSessions.Ended;
import refinery.testing.TestDatabase;

class SqlEndedSessionsTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private static Ended ended(String digest, Duration left) {
    return new Ended(digest, "ann", Instant.now().plus(left));
  }

  private static boolean end(SqlEndedSessions node, Ended session) throws Exception {
    return node.end(session).toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static SqlEndedSessions node(Database database) throws Exception {
    return SqlEndedSessions.open(database.dataSource(), InstantSource.system());
  }

  private static long rows(Database database) throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from ended_session")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void execute(Database database, String sql) throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void anEndHoldsHereAtOnceOnOtherNodesSoonAndAfterARestart() throws Exception {
    try (Database database = TestDatabase.fresh();
        SqlEndedSessions here = node(database);
        SqlEndedSessions there = node(database)) {
      assertThat(end(here, ended("one", Duration.ofHours(1)))).isTrue();
      assertThat(here.hasEnded("one")).isTrue();
      assertThat(here.hasEnded("two")).isFalse();
      await().atMost(SOON).until(() -> there.hasEnded("one"));
      assertThat(end(there, ended("two", Duration.ofHours(1)))).isTrue();
      await().atMost(SOON).until(() -> here.hasEnded("two"));
      assertThat(end(here, ended("one", Duration.ofHours(1)))).isTrue();
      assertThat(end(here, ended("three", Duration.ofHours(1)))).isTrue();
      assertThat(end(there, ended("three", Duration.ofHours(1))))
          .as("ended at another node a moment ago")
          .isTrue();
      try (SqlEndedSessions restarted = node(database)) {
        assertThat(restarted.hasEnded("one")).isTrue();
      }
    }
  }

  @Test
  void whatIsOverIsForgottenAndAnOwnerEndsOnlySoMany() throws Exception {
    try (Database database = TestDatabase.fresh()) {
      execute(
          database,
          "insert into ended_session (digest, owner, until) select 'old-' || i, 'ann', now() +"
              + " interval '1 hour' from generate_series(1, "
              + SqlEndedSessions.MOST_PER_OWNER
              + ") i");
      try (SqlEndedSessions node = node(database)) {
        assertThat(node.hasEnded("old-1")).isTrue();
        assertThat(end(node, ended("more", Duration.ofHours(1)))).isFalse();
        assertThat(end(node, new Ended("his", "bob", Instant.now().plusSeconds(600)))).isTrue();
      }
      execute(
          database,
          "update ended_session set until = now() - interval '1 hour' where owner = 'ann'");
      try (SqlEndedSessions next = node(database)) {
        await().atMost(SOON).until(() -> rows(database) == 1 && !next.hasEnded("old-1"));
        assertThat(next.hasEnded("his")).isTrue();
        assertThat(end(next, ended("more", Duration.ofHours(1)))).isTrue();
      }
    }
  }

  @Test
  void anEndThatCannotBeStoredFails() throws Exception {
    Database database = TestDatabase.fresh();
    try (SqlEndedSessions node = node(database)) {
      database.close();
      assertThatThrownBy(() -> end(node, ended("one", Duration.ofHours(1))))
          .hasMessageContaining("was not stored");
      assertThat(node.hasEnded("one")).isFalse();
    }
  }
}
