package refinery.hosts;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How often hosts may be asked, and how long a request waits for one: {@code
 * refinery.transfer.hosts} and {@code refinery.transfer.breaker.patience}.
 *
 * @param everyArchive requests a second to a host of an archive that is not named
 * @param byArchive requests a second to a host, by the name of the archive
 * @param patience how long a request waits for a host that is away before it is given up
 */
public record HostLimits(int everyArchive, Map<String, Integer> byArchive, Duration patience) {
  private static final String HOSTS = "refinery.transfer.hosts";
  private static final String PATIENCE = "refinery.transfer.breaker.patience";
  private static final String RATE = "requests-per-second";

  public HostLimits {
    byArchive = Map.copyOf(byArchive);
  }

  public int requestsPerSecond(String archive) {
    return byArchive.getOrDefault(archive, everyArchive);
  }

  /**
   * @param config the whole configuration
   */
  public static HostLimits from(Config config) {
    Config hosts = config.getConfig(HOSTS);
    Map<String, Integer> rates = new HashMap<>();
    for (String name : hosts.root().keySet()) {
      String key = ConfigUtil.joinPath(name, RATE);
      if (hosts.hasPath(key)) {
        int rate = hosts.getInt(key);
        if (rate < 1 || rate > 1_000) {
          throw new ConfigException.BadValue(
              hosts.origin(), HOSTS + "." + key, "must be from 1 to 1000");
        }
        rates.put(name, rate);
      }
    }
    Integer every = rates.remove("*");
    if (every == null) {
      throw new ConfigException.Missing(HOSTS + ".\"*\"." + RATE);
    }
    Duration patience = config.getDuration(PATIENCE);
    if (!patience.isPositive()) {
      throw new ConfigException.BadValue(config.origin(), PATIENCE, "must be more than 0");
    }
    return new HostLimits(every, rates, patience);
  }
}
