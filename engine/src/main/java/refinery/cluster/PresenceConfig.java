package refinery.cluster;

import com.typesafe.config.Config;
import java.time.Duration;
import refinery.configuration.ConfigurationException;

/**
 * {@code refinery.cluster}: the cluster's name, and how nodes show in the database that they are
 * alive.
 *
 * @param name of the cluster, and of its actor systems
 * @param clockTolerance by how much a node's clock may differ from the database's
 * @param beat how often a node writes that it is alive
 * @param stale how long after its last write a node still counts as alive
 */
public record PresenceConfig(String name, Duration clockTolerance, Duration beat, Duration stale) {
  public PresenceConfig {
    if (!name.matches("[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}")) {
      throw new ConfigurationException(
          "refinery.cluster.name must be letters, digits, - and _, not '" + name + "'");
    }
    if (stale.compareTo(beat.multipliedBy(2)) < 0) {
      throw new ConfigurationException(
          "refinery.cluster.presence.stale-after must be at least twice"
              + " refinery.cluster.presence.beat");
    }
  }

  /**
   * @param config the whole configuration
   * @throws ConfigurationException that names the wrong key
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
