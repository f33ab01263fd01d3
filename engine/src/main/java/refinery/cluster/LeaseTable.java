package refinery.cluster;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;

/**
 * The database row of one lease. It has a connection of its own, so that an exhausted pool cannot
 * delay the cluster's decision. Every operation is one statement and uses the database's clock.
 * Blocking; confined to one thread. The connection is opened when first needed, and again after any
 * failure.
 */
final class LeaseTable implements AutoCloseable {
  private static final String ACQUIRE =
      """
      insert into cluster_lease as lease (name, owner, expires)
      values (?, ?, clock_timestamp() + ? * interval '1 millisecond')
      on conflict (name) do update
      set owner = excluded.owner, expires = clock_timestamp() + ? * interval '1 millisecond'
      where lease.owner = excluded.owner or lease.expires < clock_timestamp()
      """;
  private static final String RENEW =
      """
      update cluster_lease set expires = clock_timestamp() + ? * interval '1 millisecond'
      where name = ? and owner = ?
      """;
  private static final String RELEASE = "delete from cluster_lease where name = ? and owner = ?";

  private final String url;
  private final Properties properties = new Properties();
  private final String name;
  private final String owner;
  private final long validity;
  private Optional<Connection> connection = Optional.empty();

  /**
   * @param patience how long connecting, or one statement, may take
   * @param validity how long the lease is held without a renewal
   */
  LeaseTable(
      String url,
      String user,
      String password,
      String name,
      String owner,
      Duration validity,
      Duration patience) {
    this.url = url;
    this.name = name;
    this.owner = owner;
    this.validity = validity.toMillis();
    String seconds = Long.toString(Math.max(1, patience.toSeconds()));
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("ApplicationName", "refinery lease");
    properties.setProperty("connectTimeout", seconds);
    properties.setProperty("loginTimeout", seconds);
    properties.setProperty("socketTimeout", seconds);
    properties.setProperty("tcpKeepAlive", "true");
  }

  /** Takes the lease, or extends it. True when this owner holds it now; false when another does. */
  boolean acquire() throws SQLException {
    return update(ACQUIRE, name, owner, validity, validity) == 1;
  }

  /** Extends the lease. False when this owner does not hold it any more. */
  boolean renew() throws SQLException {
    return update(RENEW, validity, name, owner) == 1;
  }

  /** Gives the lease up; does nothing when this owner does not hold it. */
  void release() throws SQLException {
    update(RELEASE, name, owner);
  }

  private int update(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connected().prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      return statement.executeUpdate();
    } catch (SQLException e) {
      try {
        close();
      } catch (SQLException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  private Connection connected() throws SQLException {
    if (connection.isEmpty()) {
      connection = Optional.of(DriverManager.getConnection(url, properties));
    }
    return connection.get();
  }

  @Override
  public void close() throws SQLException {
    Optional<Connection> old = connection;
    connection = Optional.empty();
    if (old.isPresent()) {
      old.get().close();
    }
  }
}
