package refinery.scheduling;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;

/**
 * {@code refinery.transfer.breaker}: when a host counts as away, and how it is probed then.
 *
 * @param failures in a row, of any transfers of the cluster, after which it counts as away
 * @param firstPause before it is probed; doubles with every probe that fails
 * @param longestPause between two probes
 * @param probe how long a probe may take before another one is sent
 * @param longestRetryAfter the most that a host's {@code Retry-After} is obeyed at a time
 */
public record HostPolicy(
    int failures,
    Duration firstPause,
    Duration longestPause,
    Duration probe,
    Duration longestRetryAfter) {
  public static final HostPolicy DEFAULT =
      new HostPolicy(
          3,
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(90),
          Duration.ofMinutes(10));

  private static final String KEY = "transfer.breaker";

  /**
   * @param refinery the configuration under {@code refinery}
   */
  static HostPolicy from(Config refinery) {
    if (!refinery.hasPath(KEY)) {
      return DEFAULT;
    }
    Config config = refinery.getConfig(KEY);
    int failures = config.getInt("failures");
    if (failures < 1) {
      throw bad(config, "failures", "must be at least 1");
    }
    Duration first = positive(config, "first-pause");
    Duration longest = positive(config, "longest-pause");
    if (longest.compareTo(first) < 0) {
      throw bad(config, "longest-pause", "must not be shorter than first-pause");
    }
    return new HostPolicy(
        failures,
        first,
        longest,
        positive(config, "probe"),
        positive(config, "longest-retry-after"));
  }

  private static Duration positive(Config config, String key) {
    Duration duration = config.getDuration(key);
    if (!duration.isPositive()) {
      throw bad(config, key, "must be more than 0");
    }
    return duration;
  }

  private static ConfigException bad(Config config, String key, String message) {
    return new ConfigException.BadValue(config.origin(), "refinery." + KEY + "." + key, message);
  }
}
