package refinery.bench;

import java.util.SplittableRandom;

/**
 * Draws when nodes leave and come back. Each node has random numbers of its own, so every policy
 * sees the same times. Half of the departures are drains: the node takes no work for ten minutes,
 * and then goes.
 */
final class Churn {
  static final int DRAIN_SECONDS = 600;
  static final int DOWN_SECONDS = 600;

  private final SplittableRandom[] randoms;
  private final double meanSeconds;

  /**
   * @param hours between two departures of one node, on average; 0: none
   */
  Churn(int nodes, double hours, long seed) {
    this.meanSeconds = hours * 3600;
    this.randoms = new SplittableRandom[nodes];
    for (int node = 0; node < nodes; node++) {
      randoms[node] = new SplittableRandom(seed * 31 + node);
    }
  }

  boolean isNone() {
    return meanSeconds <= 0;
  }

  int secondsUntilNext(int node) {
    double draw = -Math.log(1 - randoms[node].nextDouble()) * meanSeconds;
    return (int) Math.max(60, Math.min(draw, 1e8));
  }

  boolean isDrain(int node) {
    return randoms[node].nextBoolean();
  }
}
