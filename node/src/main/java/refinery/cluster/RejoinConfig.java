package refinery.cluster;

import com.typesafe.config.Config;
import java.time.Duration;
import refinery.configuration.ConfigurationException;

/**
 * {@code refinery.cluster.rejoin}.
 *
 * @param minBackoff before a node that was given up starts over
 * @param maxBackoff likewise, when that fails again and again
 * @param databaseAway a node whose database does not answer for so long gives itself up
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
   * @param config the whole
   */
  public static RejoinConfig from(Config config) {
    Config rejoin = config.getConfig(PATH);
    return new RejoinConfig(
        rejoin.getDuration("min-backoff"),
        rejoin.getDuration("max-backoff"),
        rejoin.getDuration("database-away"));
  }

  /** The wait after this one. */
  public Duration next(Duration wait) {
    Duration doubled = wait.multipliedBy(2);
    return doubled.compareTo(maxBackoff) > 0 ? maxBackoff : doubled;
  }
}
