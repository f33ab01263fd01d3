package refinery.database;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;

/**
 * The node's database, with its schema up to date, and a pool of connections for everything except
 * the journal, which has a pool of its own. Thread-safe; all use of it blocks.
 */
public final class Database implements AutoCloseable {
  /** The size of the pool. More threads than this would only wait for a connection. */
  public static final int CONNECTIONS = 8;

  /** How Flyway recorded the first migration of version 0.1. */
  private static final String OLDER_SCHEMA = "journal and read model";

  private static final String LEASE = "refinery.cluster.lease.";
  private static final String SLICK = "akka-persistence-jdbc.shared-databases.slick.db.";

  /**
   * Lists are read along an index in its order. Right after many new rows the planner's statistics
   * are out of date, and it would collect and sort all rows for every page.
   */
  private static final String ALONG_INDEXES = "set enable_bitmapscan = off; set enable_sort = off";

  private final DatabaseAddress address;
  private final HikariDataSource pool;

  private Database(DatabaseAddress address, HikariDataSource pool) {
    this.address = address;
    this.pool = pool;
  }

  /**
   * Connects and brings the schema up to date.
   *
   * @throws DatabaseException when the server cannot be reached, refuses the login, or holds a
   *     schema of another version
   */
  public static Database open(DatabaseAddress address) {
    return open(address, address.tuned(), ALONG_INDEXES);
  }

  /**
   * The same with connections whose statements may take any time: for work on whole tables by a
   * program that somebody waits for.
   */
  public static Database openForMaintenance(DatabaseAddress address) {
    return open(address, address.patient("refinery"), DatabaseAddress.PATIENCE);
  }

  private static Database open(DatabaseAddress address, String url, String first) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(address.user());
    config.setPassword(address.password());
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(10_000);
    config.setPoolName("refinery-read");
    config.setConnectionInitSql(first);
    HikariDataSource pool;
    try {
      pool = new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      throw new DatabaseException("cannot use the database " + address + ": " + rootMessage(e), e);
    }
    try {
      refuseOlder(pool, address);
      new Schema(address).bringUpToDate();
      setClock(pool);
      return new Database(address, pool);
    } catch (DatabaseException e) {
      pool.close();
      throw e;
    } catch (FlywayException | SQLException e) {
      pool.close();
      throw new DatabaseException(
          "cannot bring the schema of " + address + " up to date: " + rootMessage(e), e);
    }
  }

  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null && root.getCause().getMessage() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString());
  }

  /** Refuses a database of version 0.1, whose journal this version cannot read. */
  private static void refuseOlder(DataSource pool, DatabaseAddress address) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet tables =
            statement.executeQuery("select to_regclass('flyway_schema_history') is not null")) {
      tables.next();
      if (!tables.getBoolean(1)) {
        return;
      }
    }
    try (Connection connection = pool.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select 1 from flyway_schema_history where version = '1' and description = ?")) {
      statement.setString(1, OLDER_SCHEMA);
      try (ResultSet found = statement.executeQuery()) {
        if (found.next()) {
          throw new DatabaseException(
              "the database "
                  + address
                  + " was made by Refinery 0.1, whose journal this version does not read; start"
                  + " with a new --dir, or an empty database and another place for artifacts");
        }
      }
    }
  }

  /** Positions of the journal only grow, also where the server's transaction numbers began anew. */
  private static void setClock(DataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          """
          update journal_clock set shift = needed
          from (select (coalesce(max(position), 0) >> 20) + 1 - pg_current_xact_id()::text::bigint
                       as needed from event_journal) clock
          where needed > shift
          """);
    }
  }

  /** The pool, for reads and for small writes outside the journal. */
  public DataSource dataSource() {
    return pool;
  }

  public DatabaseAddress address() {
    return address;
  }

  /**
   * The settings that tell {@code persistence.conf} and {@code cluster.conf} where the database is.
   * They hold the password.
   */
  public Config akkaConfig() {
    return ConfigFactory.parseMap(
        Map.of(
            SLICK + "url", address.tuned(),
            SLICK + "user", address.user(),
            SLICK + "password", address.password(),
            LEASE + "url", address.url(),
            LEASE + "user", address.user(),
            LEASE + "password", address.password()),
        "database");
  }

  @Override
  public void close() {
    pool.close();
  }
}
