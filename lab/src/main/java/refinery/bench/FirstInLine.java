package refinery.bench;

import java.util.Arrays;

/**
 * Finds the first of some ordered jobs that fits into free resources. It keeps a tree with the
 * smallest requests below each branch.
 */
final class FirstInLine {
  private static final int ABSENT = Integer.MAX_VALUE;

  private final Workload work;

  /** Numbers of jobs by rank, ascending. */
  private final int[] jobs;

  private final int leaves;
  private final int[] cpu;
  private final int[] memory;
  private final int[] disk;

  FirstInLine(Workload work, int[] jobs) {
    this.work = work;
    this.jobs = jobs;
    this.leaves = Math.max(1, Integer.highestOneBit(Math.max(1, jobs.length - 1)) << 1);
    this.cpu = new int[2 * leaves];
    this.memory = new int[2 * leaves];
    this.disk = new int[2 * leaves];
    Arrays.fill(cpu, ABSENT);
    Arrays.fill(memory, ABSENT);
    Arrays.fill(disk, ABSENT);
  }

  void add(int job) {
    int at = leaves + Arrays.binarySearch(jobs, job);
    cpu[at] = work.cpu[job];
    memory[at] = work.memory[job];
    disk[at] = work.disk[job];
    raise(at);
  }

  void remove(int job) {
    int at = leaves + Arrays.binarySearch(jobs, job);
    cpu[at] = ABSENT;
    memory[at] = ABSENT;
    disk[at] = ABSENT;
    raise(at);
  }

  private void raise(int leaf) {
    for (int at = leaf >> 1; at > 0; at >>= 1) {
      cpu[at] = Math.min(cpu[2 * at], cpu[2 * at + 1]);
      memory[at] = Math.min(memory[2 * at], memory[2 * at + 1]);
      disk[at] = Math.min(disk[2 * at], disk[2 * at + 1]);
    }
  }

  /** The first job that fits, or -1. */
  int first(int freeCpu, int freeMemory, int freeDisk) {
    int rank = search(1, freeCpu, freeMemory, freeDisk);
    return rank < 0 ? -1 : jobs[rank];
  }

  private int search(int at, int freeCpu, int freeMemory, int freeDisk) {
    if (cpu[at] > freeCpu || memory[at] > freeMemory || disk[at] > freeDisk) {
      return -1;
    }
    if (at >= leaves) {
      return at - leaves;
    }
    int left = search(2 * at, freeCpu, freeMemory, freeDisk);
    return left >= 0 ? left : search(2 * at + 1, freeCpu, freeMemory, freeDisk);
  }
}
