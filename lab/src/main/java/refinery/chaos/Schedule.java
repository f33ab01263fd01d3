package refinery.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The order of faults, with a pause before each; a pure function of the seed. Every round has each
 * kind of fault once, in a random order, so that even a short schedule has many kinds.
 */
public record Schedule(List<Step> steps) {
  /** A fault and the quiet time before it. */
  public record Step(Duration pause, Fault fault) {}

  public Schedule {
    steps = List.copyOf(steps);
  }

  /**
   * @param nodes of the cluster, at least 2
   * @param faults number of steps
   */
  public static Schedule of(long seed, int nodes, int faults) {
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    List<Integer> round = new ArrayList<>();
    while (steps.size() < faults) {
      if (round.isEmpty()) {
        for (int kind = 0; kind < KINDS; kind++) {
          round.add(kind);
        }
        Collections.shuffle(round, random);
      }
      Duration pause = between(random, 1_500, 8_000);
      steps.add(new Step(pause, fault(round.removeFirst(), nodes, random)));
    }
    return new Schedule(steps);
  }

  private static final int KINDS = 16;

  private static Fault fault(int kind, int nodes, Random random) {
    int node = random.nextInt(nodes);
    return switch (kind) {
      case 0 -> new Fault.KillWorker(node, between(random, 0, 12_000));
      case 1 -> new Fault.KillOldest(between(random, 0, 12_000));
      case 2 -> new Fault.KillAll(between(random, 0, 3_000));
      case 3 -> new Fault.KillAllButOne(node, between(random, 8_000, 25_000));
      case 4 -> new Fault.PauseBriefly(node, between(random, 500, 2_800));
      case 5 -> new Fault.PauseLong(node, between(random, 12_000, 22_000));
      case 6 -> new Fault.Partition(List.of(node), true, between(random, 2_000, 22_000));
      case 7 -> new Fault.Partition(List.of(node), false, between(random, 2_000, 22_000));
      case 8 ->
          new Fault.Partition(
              allBut(node, nodes), random.nextBoolean(), between(random, 10_000, 22_000));
      case 9 -> new Fault.RestartDatabase(between(random, 0, 6_000));
      case 10 -> new Fault.Drain(node, between(random, 2_000, 8_000));
      case 11 -> new Fault.Terminate(node, between(random, 0, 3_000));
      case 12 ->
          new Fault.Staggered(
              node,
              between(random, 0, 10_000),
              random.nextBoolean(),
              between(random, 8_000, 15_000));
      case 13 -> new Fault.Flap(node, 2 + random.nextInt(3));
      case 14 -> new Fault.PauseAll(between(random, 12_000, 16_000));
      default -> new Fault.JoinAndLeave(between(random, 6_000, 12_000));
    };
  }

  private static List<Integer> allBut(int node, int nodes) {
    List<Integer> others = new ArrayList<>();
    for (int other = 0; other < nodes; other++) {
      if (other != node) {
        others.add(other);
      }
    }
    return others;
  }

  private static Duration between(Random random, int least, int most) {
    return Duration.ofMillis(least + random.nextInt(most - least));
  }
}
