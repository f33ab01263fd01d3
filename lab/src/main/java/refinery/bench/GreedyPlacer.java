package refinery.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Places first in, first out: the first job in line that fits any node goes to the node that the
 * rule prefers. A job that does not fit is skipped and keeps its place. So it does better than a
 * queue that its first job can block, but does not protect large jobs. For comparison only.
 */
final class GreedyPlacer implements Placer {

  /** Chooses among the nodes that fit: the highest score wins, then the first node. */
  interface Rule {
    /** Scores a node; free amounts are those before the placement. */
    double score(Workload work, int job, int node, int freeCpu, int freeMemory);

    /** Takes the first node that fits. */
    Rule FIRST_FIT = (work, job, node, freeCpu, freeMemory) -> 0;

    /**
     * Nomad's {@code ScoreFitBinPack} ({@code nomad/structs/funcs.go}): 20 minus 10 to the power of
     * the fraction of cpu, and of memory, that is free after the placement; limited to 0 to 18.
     * Here all nodes that fit are scored; Nomad scores a few that it draws at random.
     */
    Rule NOMAD =
        (work, job, node, freeCpu, freeMemory) -> {
          double cpu = (double) (freeCpu - work.cpu[job]) / work.cluster.cpu(node);
          double memory = (double) (freeMemory - work.memory[job]) / work.cluster.memory(node);
          return Math.clamp(20 - (Math.pow(10, cpu) + Math.pow(10, memory)), 0, 18);
        };
  }

  private static final int STALE = -2;

  private final Workload work;
  private final Rule rule;

  /** One line for each token, and one for jobs without a token. */
  private final FirstInLine[] lines = new FirstInLine[Workload.tokens() + 1];

  private final int[] tokensFree = new int[Workload.tokens() + 1];
  private final int[] freeCpu;
  private final int[] freeMemory;
  private final int[] freeDisk;
  private final boolean[] up;
  private final boolean[] takesWork;
  private final int[] nodeOf;
  private final List<List<Integer>> running = new ArrayList<>();

  /** By node and line: the first job that fits, -1 for none, or {@link #STALE}. */
  private final int[][] fitting;

  private final List<Integer> placed = new ArrayList<>();
  private int queued;

  GreedyPlacer(Workload work, Rule rule) {
    this.work = work;
    this.rule = rule;
    int nodes = work.cluster.size();
    for (int line = 0; line < lines.length; line++) {
      int token = line;
      int[] members = IntStream.range(0, work.jobs).filter(j -> work.token[j] == token).toArray();
      lines[line] = new FirstInLine(work, members);
      tokensFree[line] = line == Workload.NO_TOKEN ? Integer.MAX_VALUE / 2 : work.tokenLimit(line);
    }
    freeCpu = new int[nodes];
    freeMemory = new int[nodes];
    freeDisk = new int[nodes];
    up = new boolean[nodes];
    takesWork = new boolean[nodes];
    nodeOf = new int[work.jobs];
    fitting = new int[nodes][lines.length];
    for (int node = 0; node < nodes; node++) {
      running.add(new ArrayList<>());
      Arrays.fill(fitting[node], -1);
    }
  }

  @Override
  public void enqueue(int job, long millis) {
    int line = work.token[job];
    lines[line].add(job);
    queued++;
    for (int node = 0; node < up.length; node++) {
      if (fitting[node][line] == -1 || fitting[node][line] > job) {
        fitting[node][line] = STALE;
      }
    }
  }

  @Override
  public void putNode(int node, boolean takes) {
    if (!up[node]) {
      up[node] = true;
      freeCpu[node] = work.cluster.cpu(node);
      freeMemory[node] = work.cluster.memory(node);
      freeDisk[node] = work.cluster.disk(node);
    }
    takesWork[node] = takes;
    Arrays.fill(fitting[node], STALE);
  }

  @Override
  public void removeNode(int node, IntConsumer lost) {
    for (int job : List.copyOf(running.get(node))) {
      release(job);
      lost.accept(job);
    }
    up[node] = false;
    takesWork[node] = false;
  }

  @Override
  public void release(int job) {
    int node = nodeOf[job];
    running.get(node).remove(Integer.valueOf(job));
    hold(job, node, -1);
    Arrays.fill(fitting[node], STALE);
  }

  private void hold(int job, int node, int sign) {
    freeCpu[node] -= sign * work.cpu[job];
    freeMemory[node] -= sign * work.memory[job];
    freeDisk[node] -= sign * work.disk[job];
    tokensFree[work.token[job]] -= sign;
  }

  @Override
  public void pass(long millis) {
    for (int job = next(); job >= 0; job = next()) {
      int node = preferred(job);
      lines[work.token[job]].remove(job);
      queued--;
      hold(job, node, 1);
      nodeOf[job] = node;
      running.get(node).add(job);
      Arrays.fill(fitting[node], STALE);
      for (int[] each : fitting) {
        if (each[work.token[job]] == job) {
          each[work.token[job]] = STALE;
        }
      }
      placed.add(job);
    }
  }

  @Override
  public void tell(Placed teller) {
    placed.forEach(job -> teller.at(job, nodeOf[job]));
    placed.clear();
  }

  private int next() {
    int first = Integer.MAX_VALUE;
    for (int node = 0; node < up.length; node++) {
      if (!takesWork[node]) {
        continue;
      }
      for (int line = 0; line < lines.length; line++) {
        if (tokensFree[line] > 0) {
          int job = fitting(node, line);
          first = job >= 0 && job < first ? job : first;
        }
      }
    }
    return first == Integer.MAX_VALUE ? -1 : first;
  }

  private int fitting(int node, int line) {
    if (fitting[node][line] == STALE) {
      fitting[node][line] = lines[line].first(freeCpu[node], freeMemory[node], freeDisk[node]);
    }
    return fitting[node][line];
  }

  private int preferred(int job) {
    int best = -1;
    double bestScore = Double.NEGATIVE_INFINITY;
    for (int node = 0; node < up.length; node++) {
      if (takesWork[node]
          && work.cpu[job] <= freeCpu[node]
          && work.memory[job] <= freeMemory[node]
          && work.disk[job] <= freeDisk[node]) {
        double score = rule.score(work, job, node, freeCpu[node], freeMemory[node]);
        if (score > bestScore) {
          best = node;
          bestScore = score;
        }
      }
    }
    return best;
  }

  @Override
  public int queued() {
    return queued;
  }
}
