package refinery.readmodel;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import refinery.protocol.Json;
import refinery.protocol.query.ReadModel.RecordedEvent;

/** Reads columns that hold JSON. */
final class JsonColumns {
  /** The columns that {@link #event} reads. */
  static final String EVENT =
      "position, persistence_id, sequence_number, write_timestamp, event_payload";

  private JsonColumns() {}

  static <T> T read(ResultSet row, String column, Class<T> type) throws SQLException {
    try {
      return Json.MAPPER.readValue(row.getString(column), type);
    } catch (IOException e) {
      throw new SQLException("cannot read " + column + " as " + type.getSimpleName(), e);
    }
  }

  static RecordedEvent event(ResultSet row) throws SQLException {
    try {
      JsonNode event = Json.MAPPER.readTree(row.getBytes("event_payload"));
      String persistenceId = row.getString("persistence_id");
      return new RecordedEvent(
          row.getLong("position"),
          persistenceId.substring(persistenceId.indexOf('|') + 1),
          row.getLong("sequence_number"),
          event.path("type").asText(),
          at(event, row.getLong("write_timestamp")),
          event);
    } catch (IOException e) {
      throw new SQLException("cannot read event " + row.getString("persistence_id"), e);
    }
  }

  private static Instant at(JsonNode event, long written) {
    try {
      return Instant.parse(event.path("at").asText());
    } catch (DateTimeParseException unknown) {
      return Instant.ofEpochMilli(written);
    }
  }
}
