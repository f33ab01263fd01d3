package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;

/** A fair-share group and what it holds now. The empty name is that of jobs posted directly. */
final class Survey {
  final String name;
  final double weight;

  /** Its queues by priority; usually one. */
  final List<Group> groups = new ArrayList<>(1);

  long cpu;
  long memory;
  long disk;
  int leases;

  /** Weighted dominant share of the cluster (Ghodsi et al., Dominant Resource Fairness, 2011). */
  double share;

  /** Number of the placement that served it last: equals are served in turn. */
  long servedBy;

  Survey(String name, double weight) {
    this.name = name;
    this.weight = weight;
  }

  void rate(long totalCpu, long totalMemory, long totalDisk) {
    share =
        Math.max(part(cpu, totalCpu), Math.max(part(memory, totalMemory), part(disk, totalDisk)))
            / weight;
  }

  private static double part(long used, long total) {
    return total <= 0 ? 0 : (double) used / total;
  }

  int compareTo(Survey other) {
    int byShare = Double.compare(share, other.share);
    if (byShare != 0) {
      return byShare;
    }
    int byTurn = Long.compare(servedBy, other.servedBy);
    return byTurn != 0 ? byTurn : name.compareTo(other.name);
  }
}
