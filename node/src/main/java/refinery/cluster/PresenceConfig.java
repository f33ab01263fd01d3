package refinery.cluster;

import com.typesafe.config.Config;
import java.time.Duration;
import refinery.configuration.ConfigurationException;

/**
 * {@code refinery.cluster}: what nodes write of themselves into the database.
 *
 * @param name of the cluster, and of its actor systems
 * @param clockTolerance by which a node's clock may differ from the database's
 * @param beat how often a node says that it is alive
 * @param stale a node that has said nothing for so long is not
 */
public record PresenceConfig(String name, Duration clockTolerance, Duration beat, Duration stale) {
  public PresenceConfig {
    if (!name.matches("[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}")) {
      throw new ConfigurationException(
          "refinery.cluster.name must be letters, digits, - and _, not '" + name + "'");
    }
    if (stale.compareTo(beat.multipliedBy(2)) < 0) {
      throw new ConfigurationException(
          "refinery.cluster.presence.stale-after must be at least twice refinery.cluster.presence.beat");
    }
  }

  /**
   * @param config the whole
   */
  public static PresenceConfig from(Config config) {
    Config cluster = config.getConfig("refinery.cluster");
    return new PresenceConfig(
        cluster.getString("name"),
        cluster.getDuration("clock-tolerance"),
        cluster.getDuration("presence.beat"),
        cluster.getDuration("presence.stale-after"));
  }
}
