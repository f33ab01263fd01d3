package refinery.bench;

import java.util.Locale;

/**
 * Computes a lower bound of the time in which any schedule could finish the work. It is the largest
 * of these: for each resource, the work that needs it divided by what the cluster has of it; for
 * jobs that only larger nodes can hold, the same over those nodes alone; for each token, the same;
 * and the longest job.
 */
final class Bounds {
  private static final String[] DIMENSIONS = {"cpu", "memory", "disk"};

  private double seconds;
  private String binding = "";

  /**
   * The index of the resource that gives the bound (0 cpu, 1 memory, 2 disk), or -1 if something
   * else does.
   */
  private int dimension = -1;

  Bounds(Workload work) {
    Cluster cluster = work.cluster;
    boundByResources(work, 0);
    for (int node = 0; node < Math.min(20, cluster.size()); node++) {
      boundByResources(work, cluster.memory(node));
    }
    double[] held = new double[Workload.tokens()];
    for (int job = 0; job < work.jobs; job++) {
      offer(work.arrival[job] + work.seconds[job], "longest job", -1);
      if (work.token[job] != Workload.NO_TOKEN) {
        held[work.token[job]] += work.seconds[job];
      }
    }
    for (int host = 0; host < held.length; host++) {
      if (work.tokenLimit(host) > 0) {
        offer(held[host] / work.tokenLimit(host), Workload.tokenName(host), -1);
      }
    }
  }

  /**
   * Bounds the work of jobs that need more memory than {@code above} (MiB), which can only run on
   * nodes that have more.
   */
  private void boundByResources(Workload work, int above) {
    double[] work3 = new double[3];
    double[] have = new double[3];
    for (int job = 0; job < work.jobs; job++) {
      if (work.memory[job] > above) {
        work3[0] += (double) work.cpu[job] * work.seconds[job];
        work3[1] += (double) work.memory[job] * work.seconds[job];
        work3[2] += (double) work.disk[job] * work.seconds[job];
      }
    }
    for (int node = 0; node < work.cluster.size(); node++) {
      if (work.cluster.memory(node) > above) {
        have[0] += work.cluster.cpu(node);
        have[1] += work.cluster.memory(node);
        have[2] += work.cluster.disk(node);
      }
    }
    for (int i = 0; i < 3; i++) {
      if (work3[i] > 0) {
        String nodes = above == 0 ? "" : " of nodes above " + above / 1024 + " GiB";
        offer(work3[i] / have[i], DIMENSIONS[i] + nodes, i);
      }
    }
  }

  private void offer(double bound, String name, int of) {
    if (bound > seconds) {
      seconds = bound;
      binding = name;
      dimension = of;
    }
  }

  double seconds() {
    return seconds;
  }

  int dimension() {
    return dimension;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.0f s (%s)", seconds, binding);
  }
}
