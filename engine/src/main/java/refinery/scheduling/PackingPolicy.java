package refinery.scheduling;

import java.time.Duration;
import java.util.Map;

/**
 * The settings by which {@link Packing} chooses.
 *
 * @param order inside a survey
 * @param period time is divided into periods of this length; inside a survey, jobs queued in an
 *     earlier period go before those of a later one, so that nothing waits for ever
 * @param weights of surveys in the fair share; a survey that is not named weighs 1
 * @param tokenLimits cluster-wide limits by token name
 * @param defaultTokenLimit of a token that {@code tokenLimits} does not name
 * @param reserveAfter how long the first job of a survey is passed over before a node is reserved
 *     for it
 * @param patience how long any other shape of a survey is passed over before a node is reserved for
 *     it
 * @param reservedNodes the part of all nodes that may be reserved at a time, from 0 to 1; at least
 *     one node may be
 */
public record PackingPolicy(
    Order order,
    Duration period,
    Map<String, Double> weights,
    Map<String, Integer> tokenLimits,
    int defaultTokenLimit,
    Duration reserveAfter,
    Duration patience,
    double reservedNodes) {
  /**
   * The shortest period. Keys have too few bits to number shorter ones for long, see {@link
   * JobSlots}.
   */
  static final Duration SHORTEST_PERIOD = Duration.ofHours(1);

  public static final PackingPolicy DEFAULT =
      new PackingPolicy(
          Order.BOTH_ENDS,
          Duration.ofDays(1),
          Map.of(),
          Map.of(),
          4,
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          0.05);

  public PackingPolicy {
    weights = Map.copyOf(weights);
    tokenLimits = Map.copyOf(tokenLimits);
  }

  int tokenLimit(String token) {
    return tokenLimits.getOrDefault(token, defaultTokenLimit);
  }

  double weight(String survey) {
    return weights.getOrDefault(survey, 1.0);
  }

  public PackingPolicy withTokenLimits(Map<String, Integer> limits) {
    return new PackingPolicy(
        order, period, weights, limits, defaultTokenLimit, reserveAfter, patience, reservedNodes);
  }

  public PackingPolicy withOrder(Order other) {
    return new PackingPolicy(
        other,
        period,
        weights,
        tokenLimits,
        defaultTokenLimit,
        reserveAfter,
        patience,
        reservedNodes);
  }

  public PackingPolicy withWeights(Map<String, Double> named) {
    return new PackingPolicy(
        order,
        period,
        named,
        tokenLimits,
        defaultTokenLimit,
        reserveAfter,
        patience,
        reservedNodes);
  }
}
