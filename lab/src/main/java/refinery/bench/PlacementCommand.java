package refinery.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import refinery.scheduling.Order;
import refinery.scheduling.PackingPolicy;

/** Simulates the placement of generated work and prints what it measured. */
@Command(
    name = "placement",
    description = "Simulate the scheduler's packing over generated work, beside simpler policies.")
public final class PlacementCommand implements Callable<Integer> {
  private static final Map<String, Order> ORDERS =
      Map.of(
          "refinery", PackingPolicy.DEFAULT.order(),
          "refinery-smallest-first", Order.SMALLEST_FIRST,
          "refinery-largest-first", Order.LARGEST_FIRST);
  private static final List<String> POLICIES =
      List.of(
          "refinery", "refinery-smallest-first", "refinery-largest-first", "first-fit", "nomad");

  @Spec private CommandSpec spec;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many nodes (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "How many jobs (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Equal seeds make equal work (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--policy",
      paramLabel = "P",
      split = ",",
      description =
          "refinery (its default order), refinery-smallest-first, refinery-largest-first,"
              + " first-fit, nomad, or several with commas; default: all.")
  private List<String> policies = POLICIES;

  @Option(
      names = "--churn",
      paramLabel = "HOURS",
      defaultValue = "0",
      description = "Each node leaves once in so many hours; 0, the default: never.")
  private double churn;

  @Option(
      names = "--stop-after",
      paramLabel = "N",
      defaultValue = "9223372036854775807",
      description = "Stop after so many placements: measures speed with a long queue only.")
  private long stopAfter;

  @Override
  public Integer call() {
    check(nodes >= 1 && nodes <= 30_000, "--nodes must be 1 to 30000");
    check(jobs >= 100 && jobs <= 10_000_000, "--jobs must be 100 to 10000000");
    check(churn >= 0, "--churn must not be negative");
    check(stopAfter >= 1, "--stop-after must be at least 1");
    check(POLICIES.containsAll(policies), "--policy must be of " + String.join(", ", POLICIES));
    PrintWriter out = spec.commandLine().getOut();
    Workload work = new Workload(nodes, jobs, seed);
    Report report = new Report(work, out);
    report.head(seed);
    for (String policy : policies) {
      Outcome outcome =
          new Simulation(work, placer(policy, work), new Churn(nodes, churn, seed), stopAfter)
              .run();
      report.print(policy, outcome, outcome.decisions() < stopAfter);
    }
    return 0;
  }

  private void check(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  /**
   * The order of jobs within a survey. Other policies are compared with the fair waits of the
   * default order.
   */
  static Order order(String policy) {
    return ORDERS.getOrDefault(policy, PackingPolicy.DEFAULT.order());
  }

  static Placer placer(String policy, Workload work) {
    if (ORDERS.containsKey(policy)) {
      return new PackingPlacer(work, ORDERS.get(policy));
    }
    return switch (policy) {
      case "first-fit" -> new GreedyPlacer(work, GreedyPlacer.Rule.FIRST_FIT);
      case "nomad" -> new GreedyPlacer(work, GreedyPlacer.Rule.NOMAD);
      default -> throw new IllegalArgumentException("unknown policy '" + policy + "'");
    };
  }
}
