package refinery.scheduling;

import refinery.protocol.Resources;

/**
 * Rounds memory up to steps of 1/4 of its power of two and disk to steps of 1/2, neither finer than
 * 1/64 of the smallest node's memory nor 1/32 of its disk, so that a great variety of requests
 * makes few shapes. Only what is looked for is rounded, never what is taken.
 */
final class Rounding {
  private static final int MEMORY_STEPS_LOG2 = 2;
  private static final int DISK_STEPS_LOG2 = 1;
  private static final int MEMORY_PARTS = 64;
  private static final int DISK_PARTS = 32;

  private Rounding() {}

  static Resources up(Resources resources, Resources smallestNode) {
    return new Resources(
        resources.cpu(),
        up(resources.memory(), memoryStep(resources.memory(), smallestNode)),
        up(resources.disk(), diskStep(resources.disk(), smallestNode)),
        resources.tokens());
  }

  private static long up(long amount, long step) {
    return (amount + step - 1) & -step;
  }

  static long memoryStep(long memory, Resources smallestNode) {
    return Math.max(
        step(memory, MEMORY_STEPS_LOG2), Long.highestOneBit(smallestNode.memory() / MEMORY_PARTS));
  }

  static long diskStep(long disk, Resources smallestNode) {
    return Math.max(
        step(disk, DISK_STEPS_LOG2), Long.highestOneBit(smallestNode.disk() / DISK_PARTS));
  }

  private static long step(long amount, int stepsLog2) {
    int shift = Long.SIZE - Long.numberOfLeadingZeros(amount) - 1 - stepsLog2;
    return shift <= 0 || shift > 55 ? 1 : 1L << shift;
  }
}
