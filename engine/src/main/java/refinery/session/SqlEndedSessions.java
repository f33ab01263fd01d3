package refinery.session;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.session.EndedSessions;

/**
 * Ended sessions in the table {@code ended_session}. What this node knows of it is in memory, so a
 * request asks no database; one thread reads what is new once a second, and deletes what is over.
 * While the database is away nothing can be ended, and what was ended stays so. The number of rows
 * is bounded for each owner. Thread-safe.
 */
public final class SqlEndedSessions implements EndedSessions, AutoCloseable {
  /** More sessions than a person ends in the time that one lasts. */
  static final int MOST_PER_OWNER = 1_000;

  /** While the database is away each of them takes seconds to fail. */
  private static final int MOST_WAITING = 32;

  private static final Logger LOG = LoggerFactory.getLogger(SqlEndedSessions.class);
  private static final int SECONDS_BETWEEN_SWEEPS = 60;

  private static final String INSERT =
      """
      insert into ended_session (digest, owner, until)
      select ?, ?, ? where (select count(*) from ended_session where owner = ?) < ?
      on conflict (digest) do nothing
      """;

  /** A transaction may become visible after one that began later: looks overlap by ten seconds. */
  private static final String NEW =
      """
      select digest, until, now() as read_at from ended_session
      where at > ?::timestamptz - interval '10 seconds'
      """;

  private final DataSource database;
  private final InstantSource clock;
  private final Map<String, Instant> known = new ConcurrentHashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "ended-sessions");
            made.setDaemon(true);
            return made;
          });
  private final AtomicInteger waiting = new AtomicInteger();
  private Instant readUntil = Instant.EPOCH;
  private Instant sweptAt = Instant.EPOCH;
  private boolean away;

  private SqlEndedSessions(DataSource database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Reads what has been ended, and looks for more once a second until it is closed.
   *
   * @throws SQLException when the database does not answer
   */
  public static SqlEndedSessions open(DataSource database, InstantSource clock)
      throws SQLException {
    SqlEndedSessions sessions = new SqlEndedSessions(database, clock);
    sessions.read();
    sessions.thread.scheduleWithFixedDelay(sessions::look, 1, 1, TimeUnit.SECONDS);
    return sessions;
  }

  @Override
  public boolean hasEnded(String digest) {
    return known.containsKey(digest);
  }

  @Override
  public CompletionStage<Boolean> end(Ended session) {
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      return CompletableFuture.failedFuture(
          new IllegalStateException("too many ends of sessions wait for the database"));
    }
    try {
      return CompletableFuture.supplyAsync(() -> store(session), thread)
          .whenComplete((stored, failed) -> waiting.decrementAndGet());
    } catch (RejectedExecutionException stopping) {
      waiting.decrementAndGet();
      return CompletableFuture.failedFuture(stopping);
    }
  }

  private boolean store(Ended session) {
    try (Connection connection = database.getConnection();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, session.digest());
      insert.setString(2, session.owner());
      insert.setTimestamp(3, Timestamp.from(session.until()));
      insert.setString(4, session.owner());
      insert.setInt(5, MOST_PER_OWNER);
      if (insert.executeUpdate() == 0 && !isStored(connection, session.digest())) {
        return false;
      }
      known.put(session.digest(), session.until());
      return true;
    } catch (SQLException e) {
      throw new IllegalStateException("the end of a session was not stored: " + e.getMessage(), e);
    }
  }

  /** Also another node may have stored it, a moment ago. */
  private static boolean isStored(Connection connection, String digest) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("select 1 from ended_session where digest = ?")) {
      select.setString(1, digest);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  private void look() {
    try {
      read();
      if (clock.instant().isAfter(sweptAt.plusSeconds(SECONDS_BETWEEN_SWEEPS))) {
        sweep();
      }
      away = false;
    } catch (SQLException | RuntimeException e) {
      if (!away) {
        LOG.warn("which sessions were ended elsewhere is not known: {}", e.getMessage());
      }
      away = true;
    }
  }

  private void read() throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement select = connection.prepareStatement(NEW)) {
      select.setTimestamp(1, Timestamp.from(readUntil));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          known.put(rows.getString(1), rows.getTimestamp(2).toInstant());
          readUntil = rows.getTimestamp(3).toInstant();
        }
      }
    }
  }

  /** By the database's clock and by ours: what is over may be taken for neither. */
  private void sweep() throws SQLException {
    sweptAt = clock.instant();
    known.values().removeIf(until -> until.isBefore(sweptAt.minusSeconds(SECONDS_BETWEEN_SWEEPS)));
    try (Connection connection = database.getConnection();
        PreparedStatement delete =
            connection.prepareStatement(
                "delete from ended_session where until < now() - interval '1 minute'")) {
      delete.executeUpdate();
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
