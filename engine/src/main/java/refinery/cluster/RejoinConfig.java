package refinery.cluster;

import com.typesafe.config.Config;
import java.time.Duration;
import refinery.configuration.ConfigurationException;

/**
 * {@code refinery.cluster.rejoin}: how a node starts over after it has left its cluster.
 *
 * @param minBackoff the first pause before it starts over
 * @param maxBackoff the longest pause, when that fails again and again
 * @param databaseAway how long the database may be silent before the node leaves its cluster by
 *     itself
 */
public record RejoinConfig(Duration minBackoff, Duration maxBackoff, Duration databaseAway) {
  private static final String PATH = "refinery.cluster.rejoin";

  public RejoinConfig {
    if (minBackoff.isZero() || minBackoff.isNegative() || maxBackoff.compareTo(minBackoff) < 0) {
      throw new ConfigurationException(
          PATH + ".min-backoff must be more than 0 and at most " + PATH + ".max-backoff");
    }
    if (databaseAway.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new ConfigurationException(PATH + ".database-away must be at least 1s");
    }
  }

  /**
   * @param config the whole configuration
   * @throws ConfigurationException that names the wrong key
   */
  public static RejoinConfig from(Config config) {
    Config rejoin = config.getConfig(PATH);
    return new RejoinConfig(
        rejoin.getDuration("min-backoff"),
        rejoin.getDuration("max-backoff"),
        rejoin.getDuration("database-away"));
  }

  /** The pause after this one: twice as long, at most {@code maxBackoff}. */
  public Duration next(Duration wait) {
    Duration doubled = wait.multipliedBy(2);
    return doubled.compareTo(maxBackoff) > 0 ? maxBackoff : doubled;
  }
}
