package refinery.scheduling;

import java.util.Collection;
import refinery.protocol.Resources;

/** What all nodes have together, and the most and the least of each resource on any node. */
final class Totals {
  /** Shares are recomputed when a total has changed by more than this part. */
  private static final double DRIFT = 0.01;

  private long cpu;
  private long memory;
  private long disk;
  private long largestCpu;
  private long largestMemory;
  private long largestDisk;
  private Resources smallest = Resources.NONE;

  /** The totals with which shares were last computed. */
  private long ratedCpu;

  private long ratedMemory;
  private long ratedDisk;

  /** Counts everything anew. True when one of the largest amounts has changed. */
  boolean count(Collection<Bin> bins) {
    final long wasCpu = largestCpu;
    final long wasMemory = largestMemory;
    final long wasDisk = largestDisk;
    cpu = 0;
    memory = 0;
    disk = 0;
    largestCpu = 0;
    largestMemory = 0;
    largestDisk = 0;
    long leastMemory = Long.MAX_VALUE;
    long leastDisk = Long.MAX_VALUE;
    for (Bin bin : bins) {
      leastMemory = Math.min(leastMemory, bin.memory);
      leastDisk = Math.min(leastDisk, bin.disk);
      cpu += bin.cpu;
      memory += bin.memory;
      disk += bin.disk;
      largestCpu = Math.max(largestCpu, bin.cpu);
      largestMemory = Math.max(largestMemory, bin.memory);
      largestDisk = Math.max(largestDisk, bin.disk);
    }
    smallest = bins.isEmpty() ? Resources.NONE : Resources.of(0, leastMemory, leastDisk);
    return wasCpu != largestCpu || wasMemory != largestMemory || wasDisk != largestDisk;
  }

  /**
   * Adjusts the totals before a node's capacity changes. False when everything must be counted
   * anew.
   */
  boolean change(Bin bin, Resources next) {
    if (bin.cpu == largestCpu || bin.memory == largestMemory || bin.disk == largestDisk) {
      boolean same =
          (bin.cpu < largestCpu || next.cpu() == bin.cpu)
              && (bin.memory < largestMemory || next.memory() == bin.memory)
              && (bin.disk < largestDisk || next.disk() == bin.disk);
      if (!same) {
        return false;
      }
    }
    if (!next.fits(largest())) {
      return false;
    }
    cpu += next.cpu() - bin.cpu;
    memory += next.memory() - bin.memory;
    disk += next.disk() - bin.disk;
    return true;
  }

  /**
   * The least memory and disk of any node when nodes were last counted. It may be out of date,
   * which is good enough for rounding.
   */
  Resources smallest() {
    return smallest;
  }

  Resources largest() {
    return Resources.of(largestCpu, largestMemory, largestDisk);
  }

  /**
   * True when shares have to be recomputed; from now on they are computed with the present totals.
   */
  boolean rateAnew() {
    if (isNear(cpu, ratedCpu) && isNear(memory, ratedMemory) && isNear(disk, ratedDisk)) {
      return false;
    }
    ratedCpu = cpu;
    ratedMemory = memory;
    ratedDisk = disk;
    return true;
  }

  private static boolean isNear(long total, long rated) {
    return Math.abs(total - rated) <= DRIFT * rated;
  }

  void rate(SurveyShare survey) {
    survey.rate(ratedCpu, ratedMemory, ratedDisk);
  }

  void rateAll(Backlog backlog) {
    backlog.rateAll(ratedCpu, ratedMemory, ratedDisk);
  }
}
