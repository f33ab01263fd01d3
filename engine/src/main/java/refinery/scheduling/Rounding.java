package refinery.scheduling;

import refinery.protocol.Resources;

/**
 * Rounds requests up, so that many different ones make few shapes. Memory is rounded to a multiple
 * of 1/4 of the largest power of two in it, disk to a multiple of 1/2; but to no finer steps than
 * about 1/64 of the smallest node's memory and 1/32 of its disk. Rounded amounts are used to look
 * for a node; the job takes what it asked for.
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
