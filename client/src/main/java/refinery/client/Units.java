package refinery.client;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and times as people write and read them. */
public final class Units {
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,6})?)\\s*([A-Za-z]*)");
  private static final Map<String, Long> FACTORS =
      Map.ofEntries(
          Map.entry("", 1L),
          Map.entry("b", 1L),
          Map.entry("k", 1L << 10),
          Map.entry("kib", 1L << 10),
          Map.entry("kb", 1_000L),
          Map.entry("m", 1L << 20),
          Map.entry("mib", 1L << 20),
          Map.entry("mb", 1_000_000L),
          Map.entry("g", 1L << 30),
          Map.entry("gib", 1L << 30),
          Map.entry("gb", 1_000_000_000L),
          Map.entry("t", 1L << 40),
          Map.entry("tib", 1L << 40),
          Map.entry("tb", 1_000_000_000_000L));

  private Units() {}

  /**
   * Bytes of {@code 8G}, {@code 512MiB} (powers of 1024) or {@code 10GB} (powers of 1000).
   *
   * @throws IllegalArgumentException with a message for a person
   */
  public static long bytes(String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    Long factor = matcher.matches() ? FACTORS.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
    if (factor == null) {
      throw new IllegalArgumentException("'" + text + "' is not a size like 8G or 512MiB");
    }
    BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(factor));
    if (bytes.signum() <= 0 || bytes.compareTo(BigDecimal.valueOf(1L << 60)) > 0) {
      throw new IllegalArgumentException("'" + text + "' is not a usable size");
    }
    return bytes.longValue();
  }

  /** How long ago, as {@code 3m 12s}; empty for what is no time. */
  public static String age(String time, Instant now) {
    try {
      Duration age = Duration.between(Instant.parse(time), now);
      return time(age.isNegative() ? Duration.ZERO : age.truncatedTo(ChronoUnit.SECONDS));
    } catch (DateTimeParseException e) {
      return "";
    }
  }

  /** {@code 1.5 GiB}. */
  public static String size(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1_024 && unit < units.length - 1) {
      value /= 1_024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }

  /** {@code 45s}, {@code 3m 20s}, {@code 2h 05m}. */
  public static String time(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + "s";
    }
    return seconds < 3_600
        ? "%dm %02ds".formatted(seconds / 60, seconds % 60)
        : "%dh %02dm".formatted(seconds / 3_600, seconds / 60 % 60);
  }
}
