package refinery.bench;

import java.util.Arrays;
import java.util.stream.IntStream;
import refinery.scheduling.Order;

/**
 * Computes when each job would start if the cluster could be divided like a fluid: weighted
 * dominant resource fairness by progressive filling (Ghodsi et al., NSDI 2011), with each survey's
 * jobs in the survey's own order. The dominant shares of all surveys rise together, in proportion
 * to their weights, until a resource or token is used up; surveys that do not need it go on rising.
 *
 * <p>Each survey's work is cut into {@link #BLOCKS} parts with equally many jobs, whose demand
 * counts as constant within a part.
 */
final class FairShare {
  private static final int BLOCKS = 64;
  private static final int RESOURCES = 3;
  private static final double EPSILON = 1e-9;

  private final Workload work;
  private final Order order;
  private final double[] totals;
  private final double[] largest;
  private final double[] wait;
  private final Stream[] streams;

  /** One survey's work, as cluster-seconds of each resource and token in the current block. */
  private final class Stream {
    final int[] jobs;
    final double weight;
    final double arrival;
    double[] demand = {};
    double dominant;
    int block = -1;

    /** The fraction of the block that is done, 0 to 1. */
    double done;

    double share;
    boolean open;

    Stream(int[] jobs, double weight) {
      this.jobs = jobs;
      this.weight = weight;
      this.arrival = jobs.length == 0 ? 0 : work.arrival[jobs[0]];
      nextBlock();
    }

    boolean isOver() {
      return block >= BLOCKS || jobs.length == 0;
    }

    int from(int number) {
      return (int) ((long) jobs.length * number / BLOCKS);
    }

    void nextBlock() {
      done = 0;
      block++;
      while (!isOver() && from(block) == from(block + 1)) {
        block++;
      }
      if (isOver()) {
        return;
      }
      demand = new double[RESOURCES + Workload.tokens()];
      for (int i = from(block); i < from(block + 1); i++) {
        int job = jobs[i];
        double seconds = work.seconds[job];
        demand[0] += seconds * work.cpu[job] / totals[0];
        demand[1] += seconds * work.memory[job] / totals[1];
        demand[2] += seconds * work.disk[job] / totals[2];
        if (work.token[job] != Workload.NO_TOKEN) {
          demand[RESOURCES + work.token[job]] += seconds / work.tokenLimit(work.token[job]);
        }
      }
      dominant = Math.max(demand[0], Math.max(demand[1], demand[2]));
    }

    /** The fraction of the block that is done per second. */
    double speed() {
      return share / dominant;
    }
  }

  FairShare(Workload work, Order order) {
    this.work = work;
    this.order = order;
    this.totals = work.cluster.totals();
    this.largest = work.cluster.largest();
    this.wait = new double[work.jobs];
    this.streams =
        IntStream.range(0, work.surveys.size())
            .mapToObj(number -> new Stream(inOrder(number), work.surveys.get(number).weight()))
            .toArray(Stream[]::new);
    flow();
  }

  private int[] inOrder(int survey) {
    int[] ascending =
        IntStream.range(0, work.jobs)
            .filter(job -> work.survey[job] == survey)
            .boxed()
            .sorted((left, right) -> Double.compare(size(left), size(right)))
            .mapToInt(Integer::intValue)
            .toArray();
    return switch (order) {
      case SMALLEST_FIRST -> ascending;
      case LARGEST_FIRST -> reversed(ascending);
      case BOTH_ENDS -> fromBothEnds(ascending);
    };
  }

  /** The size by which the scheduler orders the job. */
  private double size(int job) {
    return order == Order.BOTH_ENDS ? work.order[job] * partOfNode(job) : work.order[job];
  }

  /** The largest fraction of the largest node's cpu, memory or disk that the job asks for. */
  private double partOfNode(int job) {
    return Math.max(
        work.cpu[job] / largest[0],
        Math.max(work.memory[job] / largest[1], work.disk[job] / largest[2]));
  }

  private static int[] reversed(int[] jobs) {
    return IntStream.range(0, jobs.length).map(i -> jobs[jobs.length - 1 - i]).toArray();
  }

  /**
   * Merges the largest and the smallest jobs so that the largest always have their part of the
   * resources, until both ends meet.
   */
  private int[] fromBothEnds(int[] ascending) {
    int[] merged = new int[ascending.length];
    int smallest = 0;
    int largest = ascending.length;
    double all = 0;
    double ofLargest = 0;
    for (int i = 0; i < merged.length; i++) {
      boolean takeLargest = ofLargest < Order.LARGEST_PART * all;
      merged[i] = ascending[takeLargest ? --largest : smallest++];
      double held = dominantSeconds(merged[i]);
      all += held;
      ofLargest += takeLargest ? held : 0;
    }
    return merged;
  }

  private double dominantSeconds(int job) {
    return work.seconds[job]
        * Math.max(
            work.cpu[job] / totals[0],
            Math.max(work.memory[job] / totals[1], work.disk[job] / totals[2]));
  }

  /** Seconds from the job's arrival to its fair start. */
  double wait(int job) {
    return wait[job];
  }

  private void flow() {
    double now = 0;
    while (Arrays.stream(streams).anyMatch(stream -> !stream.isOver())) {
      fill(now);
      double step = Double.MAX_VALUE;
      for (Stream stream : streams) {
        if (stream.isOver()) {
          continue;
        }
        if (stream.arrival > now) {
          step = Math.min(step, stream.arrival - now);
        } else if (stream.share > 0) {
          step = Math.min(step, (1 - stream.done) / stream.speed());
        }
      }
      for (Stream stream : streams) {
        if (!stream.isOver() && stream.arrival <= now) {
          advance(stream, now, step);
        }
      }
      now += step;
    }
  }

  private void advance(Stream stream, double now, double step) {
    double before = stream.done;
    stream.done = Math.min(1, before + step * stream.speed());
    int from = stream.from(stream.block);
    int size = stream.from(stream.block + 1) - from;
    int last = (int) Math.min(size, Math.ceil(stream.done * size));
    for (int i = (int) Math.ceil(before * size); i < last; i++) {
      double start = now + ((double) i / size - before) / stream.speed();
      wait[stream.jobs[from + i]] = Math.max(0, start - stream.arrival);
    }
    if (stream.done >= 1 - EPSILON) {
      stream.nextBlock();
    }
  }

  /** Fills progressively: all shares rise until something is used up. */
  private void fill(double now) {
    double[] free = new double[RESOURCES + Workload.tokens()];
    Arrays.fill(free, 1);
    for (Stream stream : streams) {
      stream.share = 0;
      stream.open = !stream.isOver() && stream.arrival <= now + EPSILON;
    }
    while (Arrays.stream(streams).anyMatch(stream -> stream.open)) {
      double[] rate = new double[free.length];
      for (Stream stream : streams) {
        for (int i = 0; stream.open && i < rate.length; i++) {
          rate[i] += stream.weight * stream.demand[i] / stream.dominant;
        }
      }
      double rise = Double.MAX_VALUE;
      for (int i = 0; i < rate.length; i++) {
        rise = rate[i] > 0 ? Math.min(rise, free[i] / rate[i]) : rise;
      }
      for (int i = 0; i < rate.length; i++) {
        free[i] -= rise * rate[i];
      }
      for (Stream stream : streams) {
        if (stream.open) {
          stream.share += rise * stream.weight;
          for (int i = 0; i < free.length; i++) {
            stream.open &= free[i] > EPSILON || stream.demand[i] == 0;
          }
        }
      }
    }
  }
}
