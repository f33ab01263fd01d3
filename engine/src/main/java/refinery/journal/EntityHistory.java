package refinery.journal;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Consumer;

/**
 * Reads the events of one entity from the journal, in their order. Blocking. Streams, so memory
 * does not grow with the number of events.
 */
public final class EntityHistory {
  private static final int GROUP = 500;
  private static final String EVENTS =
      "select event_ser_manifest, event_payload from event_journal"
          + " where persistence_id = ? and event_ser_id = ? and not deleted"
          + " order by sequence_number";

  private EntityHistory() {}

  /**
   * Reads all events of an entity. Ends the connection's transaction by a rollback.
   *
   * @param persistenceId e.g. {@code Survey|survey-...}
   * @return how many events were read
   * @throws SQLException also when an event cannot be read
   */
  public static long read(Connection connection, String persistenceId, Consumer<Object> each)
      throws SQLException {
    long count = 0;
    boolean before = connection.getAutoCommit();
    connection.setAutoCommit(false); // In auto-commit the driver would hold all rows at once.
    try (PreparedStatement statement = connection.prepareStatement(EVENTS)) {
      statement.setString(1, persistenceId);
      statement.setInt(2, EventSerializer.IDENTIFIER);
      statement.setFetchSize(GROUP);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          each.accept(EventSerializer.read(rows.getString(1), rows.getBytes(2)));
          count++;
        }
      }
    } catch (IOException e) {
      throw new SQLException("cannot read event " + (count + 1) + " of " + persistenceId, e);
    } finally {
      connection.rollback();
      connection.setAutoCommit(before);
    }
    return count;
  }
}
