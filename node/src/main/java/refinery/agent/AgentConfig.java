package refinery.agent;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code refinery.agent} of conf/agent.conf.
 *
 * @param scratchAllowance bytes that every attempt may write, however little it reserved
 * @param giveWay how long a download waits at most, on one core, while every core is reserved
 * @param memoryReserve kept for the node itself; empty: derived from the JVM's heap
 * @param scratch where attempts keep their files; empty: below the node's directory
 * @param cpus millicores; it, memory and disk are offered when not what the machine has
 */
public record AgentConfig(
    Duration heartbeat,
    Duration watchInterval,
    Duration diskInterval,
    int niceness,
    Duration giveWay,
    Duration retryAfter,
    Duration retryAtMost,
    int unreportedAtMost,
    Duration drainAtMost,
    Mark highWater,
    Mark critical,
    long scratchAllowance,
    Optional<Path> scratch,
    Optional<Long> memoryReserve,
    Optional<Long> cpus,
    Optional<Long> memory,
    Optional<Long> disk) {
  private static final String ROOT = "refinery.agent";

  /** So much is kept free on the data volume: the smaller of bytes and a share of the volume. */
  public record Mark(long bytes, int percent) {
    long bytes(long total) {
      return Math.min(bytes, total / 100 * percent);
    }
  }

  /** From the whole configuration; the message of a failure names the key. */
  public static AgentConfig from(Config all) {
    Config config = all.getConfig(ROOT);
    AgentConfig read =
        new AgentConfig(
            config.getDuration("heartbeat"),
            config.getDuration("watch-interval"),
            config.getDuration("disk-interval"),
            config.getInt("niceness"),
            config.getDuration("give-way"),
            config.getDuration("retry.min-backoff"),
            config.getDuration("retry.max-backoff"),
            config.getInt("unreported-at-most"),
            config.getDuration("drain-at-most"),
            mark(config, "high-water"),
            mark(config, "critical"),
            config.getBytes("scratch-allowance"),
            scratch(config),
            bytes(config, "memory-reserve"),
            millicores(config, "cpus"),
            bytes(config, "memory"),
            bytes(config, "disk"));
    check(config, "give-way", !read.giveWay().isNegative(), "a duration, 0 turns it off");
    check(config, "niceness", read.niceness() >= 0 && read.niceness() <= 19, "0 to 19");
    for (String key :
        new String[] {
          "heartbeat",
          "watch-interval",
          "disk-interval",
          "retry.min-backoff",
          "retry.max-backoff",
          "drain-at-most"
        }) {
      Duration duration = config.getDuration(key);
      check(config, key, duration.isPositive(), "a duration above zero");
    }
    check(config, "unreported-at-most", read.unreportedAtMost() > 0, "a number above zero");
    check(config, "cpus", read.cpus().orElse(1L) > 0, "auto or a number above zero");
    return read;
  }

  private static Mark mark(Config config, String key) {
    int percent = config.getInt(key + ".free-percent");
    check(config, key + ".free-percent", percent >= 0 && percent <= 100, "0 to 100");
    return new Mark(config.getBytes(key + ".free"), percent);
  }

  private static Optional<Path> scratch(Config config) {
    if (isAutomatic(config, "scratch")) {
      return Optional.empty();
    }
    String text = config.getString("scratch");
    check(
        config,
        "scratch",
        text.startsWith("/") && text.indexOf('\0') < 0,
        "auto or the absolute path of a directory");
    return Optional.of(Path.of(text).normalize());
  }

  private static boolean isAutomatic(Config config, String key) {
    return config.getString(key).equals("auto");
  }

  private static Optional<Long> bytes(Config config, String key) {
    return isAutomatic(config, key) ? Optional.empty() : Optional.of(config.getBytes(key));
  }

  /** "auto", or a number of cpus that may have a fraction; in millicores. */
  private static Optional<Long> millicores(Config config, String key) {
    return isAutomatic(config, key)
        ? Optional.empty()
        : Optional.of(Math.round(config.getDouble(key) * 1_000));
  }

  private static void check(Config config, String key, boolean valid, String expected) {
    if (!valid) {
      throw new ConfigException.BadValue(
          config.getValue(key).origin(), ROOT + "." + key, "expected " + expected);
    }
  }
}
