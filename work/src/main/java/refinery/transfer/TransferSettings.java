package refinery.transfer;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How files are fetched: {@code refinery.transfer} and {@code refinery.retry.transient}.
 *
 * @param maxAttempts tries at one location before the next one, without progress in between
 * @param stallTimeout longest wait for the next byte
 * @param minimumSpeed bytes a second; 0 means no limit
 * @param progressInterval pause between two lines about progress in the log
 * @param beginning unpacked bytes of each FASTQ file that are read if its MD5 and a tool's count of
 *     its reads prove the rest; empty: always the whole file
 * @param deadline how long a file may take at one location, by its size
 * @param ranges when several connections fetch a file
 * @param http2 whether a host that offers HTTP/2 over https is spoken to with it
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
    OptionalLong beginning,
    Deadline deadline,
    Ranges ranges,
    boolean http2) {

  /**
   * Large files are fetched by several connections, where the server allows it.
   *
   * @param above bytes of the smallest file that is
   * @param connections at once for a file; 1 turns it off
   * @param part bytes of a request; so many lie in memory for each connection
   */
  public record Ranges(long above, int connections, long part) {
    static final Ranges SHIPPED = new Ranges(512L << 20, 3, 8L << 20);
  }

  /**
   * How long a file may take, counted while waiting for the network.
   *
   * @param atLeast for a file of any size
   * @param slowest bytes a second; a file has the time of this speed on top
   */
  public record Deadline(Duration atLeast, long slowest) {
    static final Deadline SHIPPED = new Deadline(Duration.ofHours(1), 64L << 10);

    Duration of(long size) {
      return atLeast.plusSeconds(size / slowest);
    }
  }

  /** With the shipped deadline and ranges, and HTTP/1.1. */
  public TransferSettings(
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
    this(
        maxAttempts,
        minBackoff,
        maxBackoff,
        connectTimeout,
        stallTimeout,
        minimumSpeed,
        progressInterval,
        userAgent,
        extractionStallTimeout,
        extractionWallTime,
        beginning,
        Deadline.SHIPPED,
        Ranges.SHIPPED,
        false);
  }

  TransferSettings withDeadline(Deadline other) {
    return new TransferSettings(
        maxAttempts,
        minBackoff,
        maxBackoff,
        connectTimeout,
        stallTimeout,
        minimumSpeed,
        progressInterval,
        userAgent,
        extractionStallTimeout,
        extractionWallTime,
        beginning,
        other,
        ranges,
        http2);
  }

  TransferSettings withRanges(Ranges other) {
    return new TransferSettings(
        maxAttempts,
        minBackoff,
        maxBackoff,
        connectTimeout,
        stallTimeout,
        minimumSpeed,
        progressInterval,
        userAgent,
        extractionStallTimeout,
        extractionWallTime,
        beginning,
        deadline,
        other,
        http2);
  }

  TransferSettings withHttp2() {
    return new TransferSettings(
        maxAttempts,
        minBackoff,
        maxBackoff,
        connectTimeout,
        stallTimeout,
        minimumSpeed,
        progressInterval,
        userAgent,
        extractionStallTimeout,
        extractionWallTime,
        beginning,
        deadline,
        ranges,
        true);
  }

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
    require(positive(deadline.atLeast), TRANSFER + "deadline.at-least", "must be longer than 0");
    require(ranges.above >= 1, TRANSFER + "ranges.above", "must be at least 1");
    require(
        ranges.connections >= 1 && ranges.connections <= 16,
        TRANSFER + "ranges.connections",
        "must be from 1 to 16");
    require(
        ranges.part >= 1 && ranges.part <= 64L << 20,
        TRANSFER + "ranges.part",
        "must be from 1 byte to 64 MiB");
    require(deadline.slowest >= 1, TRANSFER + "deadline.slowest", "must be at least 1");
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
        beginning(config),
        new Deadline(
            config.getDuration(TRANSFER + "deadline.at-least"),
            config.getBytes(TRANSFER + "deadline.slowest")),
        new Ranges(
            config.getBytes(TRANSFER + "ranges.above"),
            config.getInt(TRANSFER + "ranges.connections"),
            config.getBytes(TRANSFER + "ranges.part")),
        http2(config));
  }

  private static boolean http2(Config config) {
    String key = TRANSFER + "http";
    return switch (config.getString(key)) {
      case "1.1" -> false;
      case "2" -> true;
      default -> throw new ConfigException.BadValue(key, "must be 1.1 or 2");
    };
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
