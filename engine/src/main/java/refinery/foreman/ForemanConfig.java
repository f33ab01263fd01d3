package refinery.foreman;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;

/**
 * {@code refinery.foreman}. The graces are the times for which an entity may stay unchanged before
 * it counts as not moved.
 *
 * @param interval the pause between two looks
 * @param settling how long after a start or a change of members all entities with something
 *     outstanding are woken
 * @param stands how long a finding must stand before the entity is nudged
 * @param keepFailed how long the raw data of a failed batch is kept for a retry
 */
public record ForemanConfig(
    Duration interval,
    Duration settling,
    Duration stands,
    Duration queuedGrace,
    Duration waitingGrace,
    Duration runningGrace,
    Duration chainGrace,
    Duration askTimeout,
    int pageSize,
    int maxNudges,
    Duration keepFailed,
    Needs needs) {

  /**
   * {@code refinery.foreman.needs}: batches that wait for outputs of other batches.
   *
   * @param maxOffers the most batches that are offered something in one look
   * @param giveUpAfter how long a batch waits when nothing under way would bring what it needs
   */
  public record Needs(
      Duration interval, int maxOffers, Duration giveUpAfter, Duration givingUpInterval) {}

  /**
   * Reads the configuration.
   *
   * @param refinery the configuration under {@code refinery}
   * @throws ConfigException that names the wrong key
   */
  public static ForemanConfig from(Config refinery) {
    Config config = refinery.getConfig("foreman");
    return new ForemanConfig(
        positive(config, "interval"),
        positive(config, "settling"),
        positive(config, "stands"),
        positive(config, "grace.queued"),
        positive(config, "grace.waiting"),
        positive(config, "grace.running"),
        positive(config, "grace.chain"),
        positive(config, "ask-timeout"),
        between(config, "page-size", 1, 1_000),
        between(config, "max-nudges", 1, 100_000),
        positive(config, "keep-raw-data-of-failed"),
        new Needs(
            positive(config, "needs.interval"),
            between(config, "needs.max-offers", 1, 100_000),
            positive(config, "needs.give-up-after"),
            positive(config, "needs.giving-up-interval")));
  }

  private static Duration positive(Config config, String key) {
    Duration duration = config.getDuration(key);
    if (duration.isNegative() || duration.isZero()) {
      throw new ConfigException.BadValue(
          config.origin(), "refinery.foreman." + key, "must be more than 0");
    }
    return duration;
  }

  private static int between(Config config, String key, int least, int most) {
    int number = config.getInt(key);
    if (number < least || number > most) {
      throw new ConfigException.BadValue(
          config.origin(), "refinery.foreman." + key, "must be from " + least + " to " + most);
    }
    return number;
  }
}
