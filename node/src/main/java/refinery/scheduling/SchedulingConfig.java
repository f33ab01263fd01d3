package refinery.scheduling;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code refinery.scheduling} and the limits of {@code refinery.transfer.hosts}.
 *
 * @param doubt how long a new scheduler waits for the agents' reports at most
 * @param silence of an agent after which its node counts as lost
 * @param grace after which an assignment that no report confirmed is given up
 * @param placementsPerPass a bound of one pass, so that messages are read in between
 */
public record SchedulingConfig(
    Duration doubt, Duration silence, Duration grace, int placementsPerPass, PackingPolicy policy) {

  /** Reads from the {@code refinery} section. */
  public static SchedulingConfig from(Config refinery) {
    Config config = refinery.getConfig("scheduling");
    Duration doubt = positive(config, "doubt");
    Map<String, Integer> limits = new HashMap<>();
    int everyHost = hosts(refinery, limits);
    config
        .getConfig("tokens")
        .root()
        .forEach(
            (name, value) ->
                limits.put(name, limit(config.getConfig("tokens"), ConfigUtil.joinPath(name))));
    return new SchedulingConfig(
        doubt,
        positive(config, "silence"),
        positive(config, "grace"),
        atLeastOne(config, "placements-per-pass"),
        new PackingPolicy(
            order(config),
            period(config),
            weights(config.getConfig("weights")),
            limits,
            everyHost,
            positive(config, "reserve-after"),
            positive(config, "patience"),
            part(config, "reserved-nodes")));
  }

  private static int hosts(Config refinery, Map<String, Integer> limits) {
    int every = PackingPolicy.DEFAULT.defaultTokenLimit();
    if (!refinery.hasPath("transfer.hosts")) {
      return every;
    }
    Config hosts = refinery.getConfig("transfer.hosts");
    for (String name : hosts.root().keySet()) {
      int limit = limit(hosts, ConfigUtil.joinPath(name, "concurrent"));
      if (name.equals("*")) {
        every = limit;
      } else {
        limits.put("net:" + name, limit);
      }
    }
    return every;
  }

  private static int limit(Config config, String path) {
    int limit = config.getInt(path);
    if (limit < 1) {
      throw new ConfigException.BadValue(config.origin(), path, "must be at least 1");
    }
    return limit;
  }

  private static Map<String, Double> weights(Config config) {
    Map<String, Double> weights = new HashMap<>();
    for (String name : config.root().keySet()) {
      double weight = config.getDouble(ConfigUtil.joinPath(name));
      if (!(weight > 0)) {
        throw new ConfigException.BadValue(
            config.origin(), "refinery.scheduling.weights." + name, "must be more than 0");
      }
      weights.put(name, weight);
    }
    return weights;
  }

  private static Order order(Config config) {
    String word = config.getString("order");
    return Order.named(word)
        .orElseThrow(
            () ->
                new ConfigException.BadValue(
                    config.origin(),
                    "refinery.scheduling.order",
                    "must be "
                        + Arrays.stream(Order.values())
                            .map(Order::word)
                            .collect(Collectors.joining(" or "))
                        + ", not '"
                        + word
                        + "'"));
  }

  private static Duration period(Config config) {
    Duration period = config.getDuration("period");
    if (period.compareTo(PackingPolicy.SHORTEST_PERIOD) < 0) {
      throw new ConfigException.BadValue(
          config.origin(), "refinery.scheduling.period", "must be at least 1h");
    }
    return period;
  }

  private static Duration positive(Config config, String key) {
    Duration duration = config.getDuration(key);
    if (duration.isNegative() || duration.isZero()) {
      throw new ConfigException.BadValue(
          config.origin(), "refinery.scheduling." + key, "must be more than 0");
    }
    return duration;
  }

  private static int atLeastOne(Config config, String key) {
    int number = config.getInt(key);
    if (number < 1) {
      throw new ConfigException.BadValue(
          config.origin(), "refinery.scheduling." + key, "must be at least 1");
    }
    return number;
  }

  private static double part(Config config, String key) {
    double part = config.getDouble(key);
    if (!(part >= 0 && part <= 1)) {
      throw new ConfigException.BadValue(
          config.origin(), "refinery.scheduling." + key, "must be between 0 and 1");
    }
    return part;
  }
}
