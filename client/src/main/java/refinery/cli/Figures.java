package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Locale;
import refinery.client.Units;

/** Figures of a forecast as people read them; {@code unknown} for what is null. */
final class Figures {
  private static final String UNKNOWN = "unknown";

  private Figures() {}

  static String size(JsonNode bytes) {
    return bytes.isNumber() ? Units.size(bytes.asLong()) : UNKNOWN;
  }

  static String time(JsonNode seconds) {
    return seconds.isNumber()
        ? Units.time(Duration.ofMillis(Math.round(seconds.asDouble() * 1000)))
        : UNKNOWN;
  }

  /** Three digits that count, so that small figures are not shown as 0. */
  static String number(JsonNode number) {
    if (!number.isNumber()) {
      return UNKNOWN;
    }
    double value = number.asDouble();
    return value == 0 || Math.abs(value) >= 100
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.3g", value);
  }

  static String money(JsonNode amount, String currency) {
    return amount.isNumber()
        ? String.format(Locale.ROOT, "%,.2f %s", amount.asDouble(), currency)
        : UNKNOWN;
  }
}
