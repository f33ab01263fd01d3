package refinery.scheduling;

import refinery.protocol.Resources;

/**
 * Rounds memory and disk up to steps of 1/32 of their power of two (at most 3.2 % more), so that a
 * great variety of requests makes few shapes.
 */
final class Rounding {
  private static final int STEPS_LOG2 = 5;

  private Rounding() {}

  static Resources up(Resources resources) {
    return new Resources(
        resources.cpu(), up(resources.memory()), up(resources.disk()), resources.tokens());
  }

  static long up(long amount) {
    int shift = Long.SIZE - Long.numberOfLeadingZeros(amount) - 1 - STEPS_LOG2;
    if (shift <= 0 || shift > 55) {
      return amount;
    }
    long step = 1L << shift;
    return (amount + step - 1) & -step;
  }
}
