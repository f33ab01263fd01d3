package refinery.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prints outcomes for people. */
final class Report {
  private final Workload work;
  private final Bounds bounds;
  private final PrintWriter out;

  Report(Workload work, PrintWriter out) {
    this.work = work;
    this.bounds = new Bounds(work);
    this.out = out;
  }

  void head(long seed) {
    line("%d nodes, %d jobs, seed %d", work.cluster.size(), work.jobs, seed);
    line("lower bound of the duration: %s", bounds);
  }

  void print(String policy, Outcome outcome, boolean whole) {
    line("");
    line(
        "%s: %,.0f placements/s of processor time (%,d placements, %,d queued at the start)",
        policy, outcome.decisionsPerSecond(), outcome.decisions(), outcome.queuedAtStart());
    line(
        "  enqueues/s %,.0f; heap with the whole queue, simulator included: %d MiB",
        outcome.enqueuedPerSecond(), outcome.heapBytes() >> 20);
    double[] used = outcome.usedWhileQueued();
    line(
        "  used while jobs were queued: cpu %.3f, memory %.3f, disk %.3f",
        used[0], used[1], used[2]);
    if (!whole) {
      return;
    }
    line(
        "  duration %,d s; lower bound / duration = %.3f; %d attempts lost with their nodes",
        outcome.makespan(), outcome.efficiency(bounds), outcome.lostJobs());
    line("  waiting of all jobs, mean: %,.0f s", outcome.meanWait());
    line("  processing on the node with the raw data: %.1f %%", 100 * outcome.localPart());
    List<WaitClass> classes =
        WaitClass.of(work, outcome, new FairShare(work, PlacementCommand.order(policy)));
    line(
        "  %-36s %9s %9s %9s %9s %9s %9s %6s",
        "waiting, seconds", "jobs", "mean", "p50", "p95", "max", "fair", "ratio");
    for (WaitClass each : classes) {
      line(
          "  %-36s %9d %9.0f %9d %9d %9d %9.0f %6.2f",
          each.name(),
          each.jobs(),
          each.mean(),
          each.median(),
          each.p95(),
          each.longest(),
          each.fairMean(),
          each.ratio());
    }
  }

  private void line(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
    out.flush();
  }
}
