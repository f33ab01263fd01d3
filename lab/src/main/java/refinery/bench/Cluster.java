package refinery.bench;

/**
 * The nodes of the simulated cluster, in four sizes, mixed as a laboratory's cluster grows. Memory
 * and disk in MiB, cpu in millicores.
 */
final class Cluster {
  private static final int GIB = 1024;

  /**
   * The sizes of twenty nodes: twelve ordinary, five with twice as much, two with much memory, one
   * small.
   */
  private static final int[] PATTERN = {0, 0, 1, 0, 2, 0, 1, 0, 0, 3, 0, 1, 0, 0, 1, 0, 2, 0, 1, 0};

  private static final int[][] SIZES = {
    {16_000, 64 * GIB, 1_000 * GIB},
    {32_000, 128 * GIB, 2_000 * GIB},
    {64_000, 512 * GIB, 4_000 * GIB},
    {8_000, 32 * GIB, 500 * GIB},
  };

  private final int count;

  Cluster(int count) {
    this.count = count;
  }

  int size() {
    return count;
  }

  int cpu(int node) {
    return SIZES[PATTERN[node % PATTERN.length]][0];
  }

  int memory(int node) {
    return SIZES[PATTERN[node % PATTERN.length]][1];
  }

  int disk(int node) {
    return SIZES[PATTERN[node % PATTERN.length]][2];
  }

  /** The largest cpu, memory and disk that any node has. */
  double[] largest() {
    double[] largest = new double[3];
    for (int node = 0; node < count; node++) {
      largest[0] = Math.max(largest[0], cpu(node));
      largest[1] = Math.max(largest[1], memory(node));
      largest[2] = Math.max(largest[2], disk(node));
    }
    return largest;
  }

  /** Sums of cpu, memory and disk. */
  double[] totals() {
    double[] totals = new double[3];
    for (int node = 0; node < count; node++) {
      totals[0] += cpu(node);
      totals[1] += memory(node);
      totals[2] += disk(node);
    }
    return totals;
  }
}
