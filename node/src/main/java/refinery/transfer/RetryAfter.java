package refinery.transfer;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * The Retry-After header (RFC 9110, 10.2.3), and the fractions of seconds that some servers send.
 */
final class RetryAfter {
  private RetryAfter() {}

  static Optional<Duration> parse(String value, Instant now) {
    String text = value.strip();
    if (text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
      return Optional.of(Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000)));
    }
    try {
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO);
    } catch (DateTimeException notADate) {
      return Optional.empty();
    }
  }
}
