package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;
import refinery.protocol.Resources;

/** A fair-share group and what it holds now. The empty name is that of jobs posted directly. */
final class SurveyShare {
  final String name;
  final double weight;

  /** Its queues by priority; usually one. */
  final List<Group> groups = new ArrayList<>(1);

  long cpu;
  long memory;
  long disk;
  int leases;

  /** What of it is held by jobs that were taken from the end of the largest. */
  long largestCpu;

  long largestMemory;
  long largestDisk;

  /** Weighted dominant share of the cluster (Ghodsi et al., Dominant Resource Fairness, 2011). */
  double share;

  /** The same of what the largest jobs hold alone. */
  private double largestShare;

  /** Number of the placement that served it last: equals are served in turn. */
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

  /** Begins or ends to hold what a lease takes. */
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

  /** Whether the largest jobs hold less than their part, where both ends are served. */
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
