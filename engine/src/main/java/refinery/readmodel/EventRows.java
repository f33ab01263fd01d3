package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import refinery.journal.EventSerializer;
import refinery.protocol.query.ReadModel.RecordedEvent;

/** The events of one entity, oldest first. */
final class EventRows {
  private static final String OF_ONE =
      " from event_journal where persistence_id = ? and event_ser_id = ? and not deleted";

  private EventRows() {}

  static List<RecordedEvent> all(Connection connection, String persistenceId) throws SQLException {
    return new Query(
            "select " + JsonColumns.EVENT + OF_ONE + " order by sequence_number",
            persistenceId,
            EventSerializer.IDENTIFIER)
        .list(connection, JsonColumns::event);
  }

  static List<RecordedEvent> newest(Connection connection, String persistenceId, int limit)
      throws SQLException {
    return new Query(
            "select " + JsonColumns.EVENT + OF_ONE + " order by sequence_number desc limit ?",
            persistenceId,
            EventSerializer.IDENTIFIER,
            limit)
        .list(connection, JsonColumns::event)
        .reversed();
  }

  /** The newest of those with an actor. Reads all events of the entity, but parses none. */
  static List<RecordedEvent> byPersons(Connection connection, String persistenceId, int limit)
      throws SQLException {
    return new Query(
            "select "
                + JsonColumns.EVENT
                + OF_ONE
                + " and position('\"actor\":\"'::bytea in event_payload) > 0"
                + " order by sequence_number desc limit ?",
            persistenceId,
            EventSerializer.IDENTIFIER,
            limit)
        .list(connection, JsonColumns::event)
        .reversed();
  }
}
