package refinery.agent;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The settings below {@code refinery.agent}, whose defaults are in conf/agent.conf.
 *
 * @param heartbeat pause between two reports to the scheduler
 * @param watchInterval pause between two looks at memory and running time
 * @param diskInterval pause between two looks at the disk
 * @param niceness of the processes that attempts start, 0 to 19
 * @param giveWay the pause between two downloads that start while every core is reserved, on a node
 *     with one core; 0 turns it off
 * @param retryAfter first pause before an unanswered message is repeated; it doubles up to {@code
 *     retryAtMost}
 * @param unreportedAtMost results that may wait for their jobs before the node takes no more work
 * @param drainAtMost how long a shutdown waits for attempts to be handed back
 * @param highWater with less than this free on the volume the node takes no new work
 * @param critical with less than this free running attempts are stopped
 * @param scratchAllowance bytes that every attempt may write, however little it reserved
 * @param scratch directory for the attempts' files; empty: below the node's directory
 * @param groups whether attempts are held to their memory by control groups where that is possible;
 *     otherwise by sampling alone
 * @param sandbox whether steps of pipelines run in one
 * @param memoryReserve bytes kept for the node itself; empty: derived from the JVM's heap
 * @param cpus millicores that are offered; empty: all that the machine has
 * @param memory bytes that are offered; empty: what the machine has less the reserve
 * @param disk bytes that are offered; empty: what the volume has free, less the high-water mark
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
    boolean groups,
    Sandboxing sandbox,
    Optional<Long> memoryReserve,
    Optional<Long> cpus,
    Optional<Long> memory,
    Optional<Long> disk) {
  private static final String ROOT = "refinery.agent";

  /**
   * Free space on the attempts' volume: {@code bytes}, or {@code percent} of the volume if less.
   */
  public record Mark(long bytes, int percent) {
    long bytes(long total) {
      return Math.min(bytes, total / 100 * percent);
    }
  }

  /** Whether steps of pipelines run in a sandbox. */
  public enum Sandboxing {
    OFF,
    /** Where the machine allows it. */
    AUTO,
    REQUIRED
  }

  /** Reads the whole configuration; the message of a failure names the key. */
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
            groups(config),
            sandbox(config),
            bytes(config, "memory-reserve"),
            millicores(config, "cpus"),
            bytes(config, "memory"),
            bytes(config, "disk"));
    check(config, read);
    return read;
  }

  private static void check(Config config, AgentConfig read) {
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

  private static boolean groups(Config config) {
    String text = config.getString("memory-limit");
    check(config, "memory-limit", text.matches("auto|sampling"), "auto or sampling");
    return text.equals("auto");
  }

  private static Sandboxing sandbox(Config config) {
    String text = config.getString("sandbox");
    check(config, "sandbox", text.matches("off|auto|required"), "off, auto or required");
    return Sandboxing.valueOf(text.toUpperCase(Locale.ROOT));
  }

  private static boolean isAutomatic(Config config, String key) {
    return config.getString(key).equals("auto");
  }

  private static Optional<Long> bytes(Config config, String key) {
    return isAutomatic(config, key) ? Optional.empty() : Optional.of(config.getBytes(key));
  }

  /** Reads "auto" (empty) or a number of CPUs with or without a fraction, as millicores. */
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
