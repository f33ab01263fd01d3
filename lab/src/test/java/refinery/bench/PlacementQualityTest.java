package refinery.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import refinery.scheduling.Order;

/**
 * What the scheduler promises of its packing, on generated work that is the same in every run.
 * Speed is not tested here. {@link Outcome} fails by itself when a node is over-committed.
 */
class PlacementQualityTest {
  private static final int NODES = 100;
  private static final int JOBS = 100_000;
  private static final long SEED = 1;
  private static final Workload WORK = new Workload(NODES, JOBS, SEED);
  private static final Bounds BOUNDS = new Bounds(WORK);

  private static Outcome run(String policy, double churnHours) {
    return new Simulation(
            WORK,
            PlacementCommand.placer(policy, WORK),
            new Churn(NODES, churnHours, SEED),
            Long.MAX_VALUE)
        .run();
  }

  private static double bottleneck(Outcome outcome) {
    double[] used = outcome.usedWhileQueued();
    return Math.max(used[0], Math.max(used[1], used[2]));
  }

  @Test
  void packsAsWellAsTheLowerBoundAllowsAndNoWorseThanSimplerPolicies() {
    Outcome ours = run("refinery", 0);
    assertThat(ours.efficiency(BOUNDS)).isGreaterThanOrEqualTo(0.95);
    for (String other : List.of("first-fit", "nomad")) {
      assertThat(ours.efficiency(BOUNDS))
          .as("lower bound / duration, against %s", other)
          .isGreaterThanOrEqualTo(run(other, 0).efficiency(BOUNDS));
    }
  }

  @Test
  void noClassWaitsTwiceAsLongAsIsFair() {
    for (String policy : List.of("refinery", "refinery-smallest-first", "refinery-largest-first")) {
      Outcome ours = run(policy, 0);
      assertThat(bottleneck(ours)).as("used while jobs were queued").isGreaterThan(0.95);
      assertThat(WaitClass.of(WORK, ours, new FairShare(WORK, PlacementCommand.order(policy))))
          .isNotEmpty()
          .allSatisfy(each -> assertThat(each.ratio()).as(each.toString()).isLessThan(2));
    }
  }

  @Test
  void theDefaultWaitsLessThanFirstFitAndLargestFirstAndSmallestFirstLessStill() {
    double ours = run("refinery", 0).meanWait();
    assertThat(ours)
        .isLessThan(run("first-fit", 0).meanWait())
        .isLessThan(run("refinery-largest-first", 0).meanWait())
        .isGreaterThan(run("refinery-smallest-first", 0).meanWait());
  }

  @Test
  void everyJobEndsThoughNodesComeAndGo() {
    Outcome ours = run("refinery", 6);
    assertThat(ours.lostJobs()).isPositive();
    assertThat(ours.decisions()).isEqualTo(JOBS + ours.lostJobs());
    Outcome firstFit = run("first-fit", 6);
    // With fewer nodes there are fewer holes to fill: no policy reaches what a steady cluster does.
    assertThat(bottleneck(ours))
        .as("used while jobs were queued; first-fit: %s", bottleneck(firstFit))
        .isGreaterThan(0.95 * bottleneck(firstFit));
  }

  @Test
  void equalSeedsGiveEqualRuns() {
    Workload small = new Workload(7, 3000, 42);
    List<Integer> spans =
        List.of(1, 2).stream()
            .map(
                run ->
                    new Simulation(
                            small,
                            new PackingPlacer(small, Order.BOTH_ENDS),
                            new Churn(7, 3, 42),
                            Long.MAX_VALUE)
                        .run()
                        .makespan())
            .toList();
    assertThat(spans.get(0)).isEqualTo(spans.get(1));
  }
}
