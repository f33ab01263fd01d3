package refinery.transfer;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How files are fetched.
 *
 * @param maxAttempts tries at one location before the next one, without progress in between
 * @param minimumSpeed bytes a second; 0 means no limit
 * @param beginning unpacked bytes of each FASTQ file that are read where its MD5 and the tool's
 *     count of its reads prove the rest; empty: always all
 */
public record TransferSettings(
    int maxAttempts,
    Duration minBackoff,
    Duration maxBackoff,
    Duration connectTimeout,
    Duration stallTimeout,
    long minimumSpeed,
    Duration progressInterval,
    String userAgent,
    Duration extractionStallTimeout,
    Duration extractionWallTime,
    OptionalLong beginning) {

  private static final String TRANSFER = "refinery.transfer.";
  private static final String RETRY = "refinery.retry.transient.";

  public TransferSettings {
    require(maxAttempts >= 1, RETRY + "max-attempts", "must be at least 1");
    require(positive(minBackoff), RETRY + "min-backoff", "must be longer than 0");
    require(
        maxBackoff.compareTo(minBackoff) >= 0,
        RETRY + "max-backoff",
        "must not be shorter than min-backoff");
    require(positive(connectTimeout), TRANSFER + "connect-timeout", "must be longer than 0");
    require(positive(stallTimeout), TRANSFER + "stall-timeout", "must be longer than 0");
    require(minimumSpeed >= 0, TRANSFER + "minimum-speed", "must not be negative");
    require(positive(progressInterval), TRANSFER + "progress-interval", "must be longer than 0");
    require(
        userAgent.chars().allMatch(letter -> letter >= ' ' && letter < 127),
        TRANSFER + "user-agent",
        "must be printable ASCII");
    require(
        positive(extractionStallTimeout),
        TRANSFER + "extraction.stall-timeout",
        "must be longer than 0");
    require(
        positive(extractionWallTime), TRANSFER + "extraction.wall-time", "must be longer than 0");
    require(
        beginning.orElse(1) >= 1,
        TRANSFER + "reads.beginning",
        "must be at least 1; set reads.check = whole to read all");
  }

  /**
   * @param config the whole configuration
   */
  public static TransferSettings from(Config config) {
    return new TransferSettings(
        config.getInt(RETRY + "max-attempts"),
        config.getDuration(RETRY + "min-backoff"),
        config.getDuration(RETRY + "max-backoff"),
        config.getDuration(TRANSFER + "connect-timeout"),
        config.getDuration(TRANSFER + "stall-timeout"),
        config.getBytes(TRANSFER + "minimum-speed"),
        config.getDuration(TRANSFER + "progress-interval"),
        config.getString(TRANSFER + "user-agent"),
        config.getDuration(TRANSFER + "extraction.stall-timeout"),
        config.getDuration(TRANSFER + "extraction.wall-time"),
        beginning(config));
  }

  private static OptionalLong beginning(Config config) {
    String key = TRANSFER + "reads.check";
    long beginning = config.getBytes(TRANSFER + "reads.beginning");
    return switch (config.getString(key)) {
      case "beginning" -> OptionalLong.of(beginning);
      case "whole" -> OptionalLong.empty();
      default -> throw new ConfigException.BadValue(key, "must be beginning or whole");
    };
  }

  private static boolean positive(Duration duration) {
    return duration.isPositive();
  }

  private static void require(boolean condition, String key, String message) {
    if (!condition) {
      throw new ConfigException.BadValue(key, message);
    }
  }
}
