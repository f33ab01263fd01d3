package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;
import refinery.protocol.Resources;

/**
 * A fair-share group: a survey, and what it holds now. The group of jobs posted directly has an
 * empty name.
 */
final class SurveyShare {
  final String name;
  final double weight;

  /** One group of lanes for each priority; usually one. */
  final List<Group> groups = new ArrayList<>(1);

  long cpu;
  long memory;
  long disk;
  int leases;

  /** The part of it that is held by jobs taken from the end of the largest. */
  long largestCpu;

  long largestMemory;
  long largestDisk;

  /** Weighted dominant share of the cluster (Ghodsi et al., Dominant Resource Fairness, 2011). */
  double share;

  /** The same for the jobs taken from the end of the largest. */
  private double largestShare;

  /**
   * The number of the lease that last served it, so that surveys with equal shares are served in
   * turn.
   */
  long servedBy;

  SurveyShare(String name, double weight) {
    this.name = name;
    this.weight = weight;
  }

  void rate(long totalCpu, long totalMemory, long totalDisk) {
    share =
        Math.max(part(cpu, totalCpu), Math.max(part(memory, totalMemory), part(disk, totalDisk)))
            / weight;
    largestShare =
        Math.max(
                part(largestCpu, totalCpu),
                Math.max(part(largestMemory, totalMemory), part(largestDisk, totalDisk)))
            / weight;
  }

  /** Adds (sign 1) or subtracts (sign -1) what a lease holds. */
  void hold(Lease lease, int sign) {
    Resources resources = lease.resources();
    cpu += sign * resources.cpu();
    memory += sign * resources.memory();
    disk += sign * resources.disk();
    leases += sign;
    largestCpu += sign * part(resources.cpu(), lease.largest);
    largestMemory += sign * part(resources.memory(), lease.largest);
    largestDisk += sign * part(resources.disk(), lease.largest);
  }

  private static long part(long amount, double part) {
    return (long) Math.ceil(amount * part);
  }

  /**
   * True when the jobs taken from the end of the largest hold less than {@link Order#LARGEST_PART}
   * of the share.
   */
  boolean largestIsDue() {
    return largestShare < Order.LARGEST_PART * share;
  }

  private static double part(long used, long total) {
    return total <= 0 ? 0 : (double) used / total;
  }

  int compareTo(SurveyShare other) {
    int byShare = Double.compare(share, other.share);
    if (byShare != 0) {
      return byShare;
    }
    int byTurn = Long.compare(servedBy, other.servedBy);
    return byTurn != 0 ? byTurn : name.compareTo(other.name);
  }
}
