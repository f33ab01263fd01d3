package refinery.learning;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;

/**
 * {@code refinery.learning}.
 *
 * @param enabled false: jobs reserve what their pipelines declare
 * @param leastRuns so many jobs of a size must have succeeded
 * @param window the newest jobs of a size that are looked at
 * @param quantile of what they used, from 0.5 to 1
 * @param margin that is added, as a part
 * @param refresh the pause between two looks at what jobs used
 */
public record LearningConfig(
    boolean enabled, int leastRuns, int window, double quantile, double margin, Duration refresh) {

  /**
   * Reads the configuration.
   *
   * @param refinery the configuration under {@code refinery}
   * @throws ConfigException that names the wrong key
   */
  public static LearningConfig from(Config refinery) {
    Config config = refinery.getConfig("learning");
    LearningConfig read =
        new LearningConfig(
            config.getBoolean("enabled"),
            config.getInt("least-runs"),
            config.getInt("window"),
            config.getDouble("quantile"),
            config.getDouble("margin"),
            config.getDuration("refresh"));
    check(config, "least-runs", read.leastRuns >= 1, "a number above zero");
    check(
        config,
        "window",
        read.window >= read.leastRuns && read.window <= 10_000,
        "from least-runs to 10000");
    check(config, "quantile", read.quantile >= 0.5 && read.quantile <= 1, "from 0.5 to 1");
    check(config, "margin", read.margin >= 0 && read.margin <= 10, "from 0 to 10");
    check(config, "refresh", read.refresh.toMillis() >= 100, "a duration of at least 100ms");
    return read;
  }

  private static void check(Config config, String key, boolean valid, String expected) {
    if (!valid) {
      throw new ConfigException.BadValue(
          config.getValue(key).origin(), "refinery.learning." + key, "expected " + expected);
    }
  }
}
