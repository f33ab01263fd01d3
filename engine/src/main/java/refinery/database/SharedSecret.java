package refinery.database;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import javax.sql.DataSource;

/** Secrets that all nodes of one database share. The node that asks first makes them. Blocking. */
public final class SharedSecret {
  private static final int BYTES = 32;

  private SharedSecret() {}

  /**
   * The secret of this name: 32 random bytes as 43 characters of URL-safe Base64 (RFC 4648).
   *
   * @throws DatabaseException when the database does not answer
   */
  public static String of(DataSource database, String name) {
    try (Connection connection = database.getConnection()) {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into cluster_secret (name, value) values (?, ?) on conflict do nothing")) {
        insert.setString(1, name);
        insert.setString(2, random());
        insert.executeUpdate();
      }
      try (PreparedStatement select =
          connection.prepareStatement("select value from cluster_secret where name = ?")) {
        select.setString(1, name);
        try (ResultSet rows = select.executeQuery()) {
          rows.next();
          return rows.getString(1);
        }
      }
    } catch (SQLException e) {
      throw new DatabaseException("cannot read the cluster's secrets: " + e.getMessage(), e);
    }
  }

  private static String random() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
