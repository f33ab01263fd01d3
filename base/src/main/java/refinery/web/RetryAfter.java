package refinery.web;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * The {@code Retry-After} header (RFC 9110, section 10.2.3): seconds or an HTTP date. Decimal
 * fractions, which some servers send, are understood as well.
 */
public final class RetryAfter {
  private static final double LONGEST_SECONDS = Duration.ofDays(1).toSeconds();

  private RetryAfter() {}

  /**
   * The pause that the server asks for, from zero to one day; empty when the text is neither a
   * number nor a date.
   */
  public static Optional<Duration> parse(String text, Instant now) {
    String value = text.strip();
    if (value.matches("\\d{1,15}(\\.\\d{1,15})?")) {
      double seconds = Math.min(LONGEST_SECONDS, Double.parseDouble(value));
      return Optional.of(Duration.ofMillis((long) Math.ceil(seconds * 1000)));
    }
    try {
      Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration pause = Duration.between(now, until);
      Duration longest = Duration.ofSeconds((long) LONGEST_SECONDS);
      return Optional.of(
          pause.isNegative() ? Duration.ZERO : pause.compareTo(longest) > 0 ? longest : pause);
    } catch (DateTimeException notADate) {
      return Optional.empty();
    }
  }
}
