package refinery.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the tables of a database up to date. While nodes are alive that work with the tables as
 * they are, it waits for their end. A step over a large table may take many minutes, so no
 * connection of it has a time limit, and it says how far it is. One node does it; others that start
 * meanwhile wait for its lock, and say so. A step is one transaction: a node that ends within it
 * has changed nothing, and the next start begins it anew. Blocking.
 */
final class Schema {
  private static final Logger LOG = LoggerFactory.getLogger(Schema.class);

  /** Of the advisory lock, which no other program of the database may use. */
  private static final long LOCK = 0x5265_6669_6e65_7279L;

  /** PostgreSQL's code for a lock that did not come in time. */
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /** Who has the lock, and what it does: its connection is named by that. */
  private static final String HOLDER =
      """
      select coalesce(host(a.client_addr), 'this machine'), a.application_name
      from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
        and (l.classid::bigint << 32) + l.objid::bigint = ?
      """;

  /** Nodes that were there in the last half minute; those that ended well are not. */
  private static final String ALIVE =
      """
      select string_agg(address || ' (Refinery ' || version || ')', ', ' order by address)
      from cluster_presence where seen > clock_timestamp() - interval '30 seconds'
      """;

  private final DatabaseAddress address;
  private final Consumer<String> said;
  private final Duration pace;

  /**
   * @param said takes a line about what goes on
   * @param pace how often it is said while it takes long
   */
  Schema(DatabaseAddress address, Consumer<String> said, Duration pace) {
    this.address = address;
    this.said = said;
    this.pace = pace;
  }

  Schema(DatabaseAddress address) {
    this(address, LOG::info, Duration.ofSeconds(10));
  }

  /**
   * Returns when the tables are as this version wants them.
   *
   * @throws org.flywaydb.core.api.FlywayException when a step fails
   */
  void bringUpToDate() throws SQLException {
    try (Connection lock = connection()) {
      Flyway flyway = flyway();
      if (changesTables(flyway.info())) {
        awaitEndOfOthers(lock);
      }
      await(lock);
      MigrationInfoService now = flyway.info();
      if (!changesTables(now)) {
        flyway.migrate(); // Quick: nothing to do but to compare, or nothing in the tables yet.
        return;
      }
      MigrationInfo[] steps = now.pending();
      String all = "to version " + steps[steps.length - 1].getVersion();
      name(lock, "refinery, tables " + all);
      said.accept(
          "the tables of %s are brought up to date, %s; with many batches and jobs this takes minutes"
              .formatted(address, all));
      try (SchemaProgress progress = new SchemaProgress(address, said, pace)) {
        for (MigrationInfo step : steps) {
          progress.begins(step.getVersion() + " (" + step.getDescription() + ")");
          flyway(step).migrate();
        }
      }
      said.accept("the tables of " + address + " are up to date");
    }
  }

  private Flyway flyway() {
    return Flyway.configure(Schema.class.getClassLoader())
        .dataSource(address.patient(SchemaProgress.WORKER), address.user(), address.password())
        .initSql(DatabaseAddress.PATIENCE)
        .locations("classpath:db/migration")
        .failOnMissingLocations(true)
        .lockRetryCount(-1) // Nodes of older versions know only Flyway's own lock.
        .load();
  }

  private Flyway flyway(MigrationInfo last) {
    return Flyway.configure(Schema.class.getClassLoader())
        .configuration(flyway().getConfiguration())
        .target(last.getVersion())
        .load();
  }

  private Connection connection() throws SQLException {
    Connection connection =
        DriverManager.getConnection(
            address.patient("refinery"), address.user(), address.password());
    try (Statement statement = connection.createStatement()) {
      statement.execute(DatabaseAddress.PATIENCE);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static boolean changesTables(MigrationInfoService found) {
    return found.current() != null && found.pending().length > 0;
  }

  /** Without the lock, so that those whose end is waited for may be restarted. */
  private void awaitEndOfOthers(Connection connection) throws SQLException {
    for (String alive = alive(connection); alive != null; alive = alive(connection)) {
      said.accept(
          "waits for the end of %s: the tables of %s are brought up to date when no node of an older version uses them"
              .formatted(alive, address));
      try (PreparedStatement pause = connection.prepareStatement("select pg_sleep(?)")) {
        pause.setDouble(1, pace.toMillis() / 1000.0);
        pause.execute();
      }
    }
  }

  private static String alive(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(ALIVE)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Waits for the lock, which ends with the connection. */
  private void await(Connection connection) throws SQLException {
    if (isTrue(connection, "select pg_try_advisory_lock(?)")) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("set lock_timeout = " + pace.toMillis());
    }
    long begun = System.nanoTime();
    do {
      said.accept(
          "waits for %s, which brings the tables up to date; for %d s so far"
              .formatted(
                  holder(connection), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)));
    } while (!locked(connection));
  }

  /** Waits no longer than until it is time to say so again. */
  private static boolean locked(Connection connection) throws SQLException {
    try {
      return isTrue(connection, "select pg_advisory_lock(?) is not null");
    } catch (SQLException e) {
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  /**
   * @param question with the lock's number as its parameter
   */
  private static boolean isTrue(Connection connection, String question) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(question)) {
      statement.setLong(1, LOCK);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static String holder(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HOLDER)) {
      statement.setLong(1, LOCK);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? "the node at " + row.getString(1) + " (" + row.getString(2) + ")"
            : "another node";
      }
    }
  }

  private static void name(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select set_config('application_name', ?, false)")) {
      statement.setString(1, name);
      statement.execute();
    }
  }
}
