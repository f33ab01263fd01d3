package refinery.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import refinery.protocol.Json;

/**
 * Makes values that PostgreSQL accepts whatever they contain. A row that failed because of its
 * content would fail the whole group of events that is written with it.
 */
final class SqlText {
  /**
   * The most characters of an indexed text. An index entry of PostgreSQL may have 2,704 bytes, and
   * two such texts may share one.
   */
  private static final int LONGEST = 300;

  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  /**
   * The escape of U+0000 in JSON, unless an odd number of backslashes before it makes it plain
   * text.
   */
  private static final Pattern NUL = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000");

  private SqlText() {}

  static String text(String value) {
    String text = value.length() > LONGEST ? value.substring(0, LONGEST) : value;
    return encodable(text.indexOf('\0') < 0 ? text : text.replace("\0", ""));
  }

  /** Replaces lone surrogates, which have no UTF-8 form, by question marks. */
  private static String encodable(String text) {
    return hasSurrogate(text)
        ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
        : text;
  }

  /** A plain loop for speed, since every character of every row passes here. */
  private static boolean hasSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  static String json(Object value) {
    try {
      String json = Json.MAPPER.writeValueAsString(value);
      if (json.contains("\\u0000")) {
        json = NUL.matcher(json).replaceAll("$1");
      }
      return encodable(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot write " + value.getClass().getName(), e);
    }
  }

  static String timestamp(Instant instant) {
    Instant bounded =
        instant.isBefore(EARLIEST) ? EARLIEST : instant.isAfter(LATEST) ? LATEST : instant;
    return bounded.truncatedTo(ChronoUnit.MICROS).toString();
  }
}
