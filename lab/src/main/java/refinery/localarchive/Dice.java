package refinery.localarchive;

import java.util.SplittableRandom;

/**
 * Random numbers from a seed that are the same on every JDK: they use only the specified 64-bit
 * sequence of {@link SplittableRandom} and strict arithmetic. Used by one thread at a time.
 */
final class Dice {
  private static final double UNIT = 0x1.0p-53;
  private final SplittableRandom source;

  Dice(long seed) {
    source = new SplittableRandom(seed);
  }

  /** Uniform in [0, 1). */
  double unit() {
    return (source.nextLong() >>> 11) * UNIT;
  }

  /** Uniform integer, both ends included. */
  int between(int low, int high) {
    return low + (int) (unit() * (high - low + 1));
  }

  boolean chance(double probability) {
    return unit() < probability;
  }

  /** Standard normal by Box and Muller. */
  double gaussian() {
    return StrictMath.sqrt(-2 * StrictMath.log(1 - unit()))
        * StrictMath.cos(2 * StrictMath.PI * unit());
  }
}
