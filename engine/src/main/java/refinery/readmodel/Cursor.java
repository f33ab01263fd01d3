package refinery.readmodel;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.TreeMap;
import refinery.protocol.Ids;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.InvalidCursor;

/** The place behind a row, in a list that is sorted by creation, newest first, and then by id. */
record Cursor(Instant createdAt, String id) {

  /** The cursor as opaque text. It is valid only for this list with these filters. */
  String encode(String list, Filter filter) {
    String text = mark(list, filter) + " " + createdAt + " " + id;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws InvalidCursor when the text was not made for this list with these filters
   */
  static Cursor decode(String text, String list, Filter filter) {
    try {
      String[] parts =
          new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(" ", 3);
      if (parts.length == 3 && parts[0].equals(mark(list, filter))) {
        return new Cursor(Instant.parse(parts[1]), parts[2]);
      }
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw (InvalidCursor) new InvalidCursor(text).initCause(e);
    }
    throw new InvalidCursor(text);
  }

  private static String mark(String list, Filter filter) {
    return Ids.derive(list, new TreeMap<>(filter.values()).toString()).substring(0, 8);
  }
}
