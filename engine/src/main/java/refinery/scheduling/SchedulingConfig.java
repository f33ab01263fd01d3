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
 * {@code refinery.scheduling}, the limits of {@code refinery.transfer.hosts} and {@code
 * refinery.transfer.breaker}.
 *
 * @param doubt how long a new scheduler waits for the agents' reports at most, before it places
 *     work
 * @param silence how long an agent may be silent before its node counts as lost
 * @param grace how long an assignment may stay unconfirmed by reports before it is given up
 * @param placementsPerPass the most jobs that one pass places, so that messages are read between
 *     passes
 */
public record SchedulingConfig(
    Duration doubt,
    Duration silence,
    Duration grace,
    int placementsPerPass,
    PackingPolicy policy,
    HostPolicy hosts) {

  /**
   * Reads the configuration.
   *
   * @param refinery the configuration under {@code refinery}
   * @throws ConfigException that names the wrong key
   */
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
            part(config, "reserved-nodes")),
        HostPolicy.from(refinery));
  }

  private static int hosts(Config refinery, Map<String, Integer> limits) {
    int every = PackingPolicy.DEFAULT.defaultTokenLimit();
    if (!refinery.hasPath("transfer.hosts")) {
      return every;
    }
    Config hosts = refinery.getConfig("transfer.hosts");
    for (String name : hosts.root().keySet()) {
      if (!hosts.hasPath(ConfigUtil.joinPath(name, "concurrent"))) {
        continue;
      }
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
