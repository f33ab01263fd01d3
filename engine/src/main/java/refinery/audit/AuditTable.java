package refinery.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import refinery.protocol.audit.AuditEntry;

/** Writes the table {@code audit_entry}. Blocking. */
final class AuditTable {
  private static final int PRUNED_AT_ONCE = 5_000;

  private AuditTable() {}

  /** Inserts all in one transaction, in their order. */
  static void insert(Connection connection, List<AuditEntry> entries) throws SQLException {
    boolean single = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into audit_entry (kind, actor, scope, means, action, subject, path, client,
              forwarded, status, outcome, detail, request, node)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      for (AuditEntry entry : entries) {
        bind(insert, entry);
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(single);
    }
  }

  private static void bind(PreparedStatement insert, AuditEntry entry) throws SQLException {
    List<String> before =
        List.of(
            entry.kind().word(),
            entry.actor(),
            entry.scope(),
            entry.means(),
            entry.action(),
            entry.subject(),
            entry.path(),
            entry.client(),
            entry.forwarded());
    int index = 1;
    for (String text : before) {
      insert.setString(index++, stored(text));
    }
    insert.setInt(index++, entry.status());
    for (String text :
        List.of(entry.outcome().word(), entry.detail(), entry.request(), entry.node())) {
      insert.setString(index++, stored(text));
    }
  }

  /** PostgreSQL's text has no NUL, and no half of a pair of surrogates. */
  private static String stored(String text) {
    return new String(
            text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            java.nio.charset.StandardCharsets.UTF_8)
        .replace("\0", "");
  }

  /** Deletes some of what is too old or too much; false when nothing is left to delete. */
  static boolean prune(Connection connection, AuditConfig config) throws SQLException {
    return delete(
            connection,
            """
            delete from audit_entry where id in (
              select id from audit_entry where at < now() - ? * interval '1 second'
              order by at, id limit ?)
            """,
            config.keep())
        | deleteOver(connection, config.most());
  }

  private static boolean delete(Connection connection, String sql, Duration keep)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, keep.toSeconds());
      statement.setInt(2, PRUNED_AT_ONCE);
      return statement.executeUpdate() == PRUNED_AT_ONCE;
    }
  }

  private static boolean deleteOver(Connection connection, long most) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            delete from audit_entry where id in (
              select id from (select id, at from audit_entry order by at desc, id desc offset ?) old
              limit ?)
            """)) {
      statement.setLong(1, most);
      statement.setInt(2, PRUNED_AT_ONCE);
      return statement.executeUpdate() == PRUNED_AT_ONCE;
    }
  }
}
