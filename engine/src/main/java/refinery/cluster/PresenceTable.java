package refinery.cluster;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * The database table of the nodes that are alive, by the database's clock. Blocking; thread-safe.
 */
public final class PresenceTable {
  private static final String BEAT =
      """
      insert into cluster_presence (address, cluster, version, seen)
      values (?, ?, ?, clock_timestamp())
      on conflict (address) do update
      set cluster = excluded.cluster, version = excluded.version, seen = excluded.seen
      """;
  private static final String FORGET =
      "delete from cluster_presence where address = ? or seen < clock_timestamp() - interval '1"
          + " day'";
  private static final String ALIVE =
      """
      select address, cluster, version from cluster_presence
      where seen > clock_timestamp() - ? * interval '1 millisecond' and address <> ?
      order by address
      """;

  private final DataSource database;
  private final InstantSource clock;

  /**
   * @param clock of this machine
   */
  public PresenceTable(DataSource database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Writes that this node is alive now. */
  public void beat(Presence self) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(BEAT)) {
      statement.setString(1, self.address());
      statement.setString(2, self.cluster());
      statement.setString(3, self.version());
      statement.executeUpdate();
    }
  }

  /** Removes this node, and all nodes that have been silent for a day. */
  public void forget(Presence self) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setString(1, self.address());
      statement.executeUpdate();
    }
  }

  /**
   * Reads which other nodes are alive, and compares this machine's clock with the database's.
   *
   * @param stale how long after its last write a node counts as alive
   */
  public Admission.Observed look(Presence self, Duration stale) throws SQLException {
    try (Connection connection = database.getConnection()) {
      List<Presence> others = new ArrayList<>();
      try (PreparedStatement statement = connection.prepareStatement(ALIVE)) {
        statement.setLong(1, stale.toMillis());
        statement.setString(2, self.address());
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            others.add(new Presence(rows.getString(1), rows.getString(2), rows.getString(3)));
          }
        }
      }
      return new Admission.Observed(others, ahead(connection));
    }
  }

  /** How far this machine's clock is ahead; half of the round trip to the database is taken off. */
  private Duration ahead(Connection connection) throws SQLException {
    Instant before = clock.instant();
    Instant there;
    try (PreparedStatement statement = connection.prepareStatement("select clock_timestamp()");
        ResultSet row = statement.executeQuery()) {
      row.next();
      there = row.getObject(1, java.time.OffsetDateTime.class).toInstant();
    }
    Instant after = clock.instant();
    return Duration.between(there, before.plus(Duration.between(before, after).dividedBy(2)));
  }
}
