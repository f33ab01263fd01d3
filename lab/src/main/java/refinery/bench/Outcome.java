package refinery.bench;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a simulation measured. It keeps its own account of every node and fails when a policy uses
 * more than a node has.
 */
final class Outcome {
  private final Workload work;
  private final int[] startedAt;
  private final int[] nodeOf;
  private final int[] lastStart;

  /** Free cpu, memory and disk of each node. */
  private final long[][] free;

  private final int[] tokens = new int[Workload.tokens() + 1];
  private final boolean[] up;
  private final double[] held = new double[3];
  private final double[] capacity = new double[3];
  private final double[] heldSeconds = new double[3];
  private final double[] capacitySeconds = new double[3];
  private final double[] lostSeconds = new double[3];
  private double[] heldLoaded = {0, 0, 0};
  private double[] capacityLoaded = {0, 0, 0};
  private long warmNanos;
  private long warmDecisions;
  private long decisions;
  private long decisionNanos;
  private long enqueued;
  private long enqueueNanos;
  private int lostJobs;
  private int homed;
  private int atHome;
  private int queuedAtStart;
  private int makespan;
  private long heapBytes;

  Outcome(Workload work, int[] startedAt) {
    this.work = work;
    this.startedAt = startedAt;
    this.nodeOf = new int[work.jobs];
    this.lastStart = new int[work.jobs];
    this.free = new long[work.cluster.size()][3];
    this.up = new boolean[work.cluster.size()];
    for (int node = 0; node < free.length; node++) {
      free[node] = nodeAmounts(node);
    }
  }

  private long[] nodeAmounts(int node) {
    return new long[] {work.cluster.cpu(node), work.cluster.memory(node), work.cluster.disk(node)};
  }

  private long[] jobAmounts(int job) {
    return new long[] {work.cpu[job], work.memory[job], work.disk[job]};
  }

  void up(int node, boolean isUp) {
    if (up[node] != isUp) {
      up[node] = isUp;
      long[] amounts = nodeAmounts(node);
      for (int i = 0; i < 3; i++) {
        capacity[i] += isUp ? amounts[i] : -amounts[i];
      }
    }
  }

  void queuedAtStart(int jobs) {
    queuedAtStart = jobs;
    System.gc();
    heapBytes = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  void advance(int seconds) {
    for (int i = 0; i < 3; i++) {
      heldSeconds[i] += held[i] * seconds;
      capacitySeconds[i] += capacity[i] * seconds;
    }
  }

  void enqueued(int jobs, long nanos) {
    enqueued += jobs;
    enqueueNanos += nanos;
  }

  void decided(int placed, long nanos) {
    decisions += placed;
    decisionNanos += nanos;
    if (decisions > WARM_UP) {
      warmDecisions += placed;
      warmNanos += nanos;
    }
  }

  /** The first decisions, which are not timed because the JVM has not compiled the code yet. */
  static final int WARM_UP = 20_000;

  void began(int job, int node, int now) {
    if (!up[node]) {
      throw new IllegalStateException("job " + job + " placed on node " + node + ", which is gone");
    }
    nodeOf[job] = node;
    lastStart[job] = now;
    heldLoaded = heldSeconds.clone();
    capacityLoaded = capacitySeconds.clone();
    if (work.home[job] >= 0) {
      homed++;
      atHome += work.home[job] == node ? 1 : 0;
    }
  }

  /** Takes a job's resources on its node ({@code sign} 1) or gives them back (-1). */
  void hold(int job, int sign) {
    long[] node = free[nodeOf[job]];
    long[] amounts = jobAmounts(job);
    for (int i = 0; i < 3; i++) {
      held[i] += sign * amounts[i];
      node[i] -= sign * amounts[i];
      if (node[i] < 0) {
        throw new IllegalStateException("node " + nodeOf[job] + " is over-committed");
      }
    }
    int token = work.token[job];
    tokens[token] += sign;
    if (token != Workload.NO_TOKEN && tokens[token] > work.tokenLimit(token)) {
      throw new IllegalStateException("too many of token " + Workload.tokenName(token));
    }
  }

  void lost(int job, int now) {
    lostJobs++;
    long[] amounts = jobAmounts(job);
    for (int i = 0; i < 3; i++) {
      lostSeconds[i] += (double) amounts[i] * (now - lastStart[job]);
    }
  }

  void end(int now) {
    makespan = now;
  }

  int makespan() {
    return makespan;
  }

  long decisions() {
    return decisions;
  }

  int queuedAtStart() {
    return queuedAtStart;
  }

  int lostJobs() {
    return lostJobs;
  }

  long heapBytes() {
    return heapBytes;
  }

  /**
   * Placements per second of processor time, each with the release that made room for it; after the
   * warm-up if there were enough.
   */
  double decisionsPerSecond() {
    return warmDecisions == 0 ? decisions * 1e9 / decisionNanos : warmDecisions * 1e9 / warmNanos;
  }

  double enqueuedPerSecond() {
    return enqueued * 1e9 / enqueueNanos;
  }

  /** Of the starts of jobs whose raw data lies on a node, the fraction that was on that node. */
  double localPart() {
    return homed == 0 ? 0 : (double) atHome / homed;
  }

  /**
   * The lower bound of this run's duration divided by its duration. If nodes came and went, the
   * bound grows with the work that was lost and the capacity that was missing.
   */
  double efficiency(Bounds bounds) {
    double bound = bounds.seconds();
    int i = bounds.dimension();
    if (i >= 0) {
      double present = capacitySeconds[i] / (work.cluster.totals()[i] * makespan);
      double again = heldSeconds[i] / (heldSeconds[i] - lostSeconds[i]);
      bound = bound * again / present;
    }
    return bound / makespan;
  }

  /** The fractions of cpu, memory and disk that were used until the last job began. */
  double[] usedWhileQueued() {
    double[] used = new double[3];
    Arrays.setAll(used, i -> heldLoaded[i] / capacityLoaded[i]);
    return used;
  }

  double meanWait() {
    return IntStream.range(0, work.jobs).map(this::wait).filter(w -> w >= 0).average().orElse(0);
  }

  /** Seconds from a job's arrival to its first start; -1 if it did not start. */
  int wait(int job) {
    return startedAt[job] < 0 ? -1 : startedAt[job] - work.arrival[job];
  }
}
