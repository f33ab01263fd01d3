package refinery.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import refinery.chaos.check.Checker;
import refinery.chaos.check.Verdict;
import refinery.client.Terminal;

/**
 * One run: a cluster under load, a schedule of faults, and the verdict. Blocking.
 *
 * <p>Exit code 0 when nothing was violated. The directory is kept, for whoever must find out why.
 */
public final class Chaos {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final PrintWriter out;
  private final Plan plan;
  private final long begin = System.nanoTime();

  /**
   * @param dir must not hold an earlier run
   * @param time faults are begun for so long, or until {@code faults} of them are through
   * @param jobs to post in all; they are spread over the faults by keeping some unfinished
   */
  public record Plan(Path dir, long seed, int nodes, Duration time, int faults, int jobs) {}

  public Chaos(PrintWriter out, Plan plan) {
    this.out = out;
    this.plan = plan;
  }

  public int run() throws IOException, InterruptedException, SQLException {
    say(
        "seed %d: %d nodes, %d jobs, up to %d faults in %d s, in %s",
        plan.seed(), plan.nodes(), plan.jobs(), plan.faults(), plan.time().toSeconds(), plan.dir());
    Path writeLog = plan.dir().toAbsolutePath().resolve("writes.log");
    CountDownLatch stop = new CountDownLatch(1);
    List<String> violations = new ArrayList<>();
    try (ChaosCluster cluster = new ChaosCluster(plan.dir().toAbsolutePath(), plan.nodes())) {
      ProcessWatch watch = new ProcessWatch(cluster.dir(), stop);
      Workload workload =
          new Workload(cluster, plan.seed(), plan.jobs(), plan.time(), 60, writeLog, stop);
      Faults faults = new Faults(cluster, plan.nodes(), this::say);
      Thread tender = Thread.ofPlatform().start(() -> tend(cluster, stop));
      Thread watcher = Thread.ofPlatform().start(watch);
      cluster.nodes().subList(0, plan.nodes()).forEach(node -> node.want(Duration.ZERO));
      Thread poster = Thread.ofPlatform().start(workload);
      try {
        awaitReady(cluster, plan.nodes());
        say("%d nodes are ready", plan.nodes());
        Map<String, Integer> done = faults(faults, workload, stop);
        poster.join();
        settle(cluster, workload, violations);
        restAndLook(cluster, watch, violations);
        Verdict verdict = verdict(cluster, workload, writeLog);
        violations.addAll(verdict.violations());
        violations.addAll(watch.violations());
        report(cluster, done, workload, watch, verdict);
      } finally {
        stop.countDown();
        tender.join();
        watcher.join();
        poster.join();
      }
    }
    violations.forEach(violation -> out.println("VIOLATION " + violation));
    out.println(violations.size() + " violations, seed " + plan.seed());
    out.flush();
    return violations.isEmpty() ? 0 : 1;
  }

  private void tend(ChaosCluster cluster, CountDownLatch stop) {
    while (!Terminal.pause(stop, LOOK)) {
      try {
        cluster.tend();
      } catch (IOException e) {
        say("cannot start a node: %s", e.getMessage());
      }
    }
  }

  private Map<String, Integer> faults(Faults faults, Workload workload, CountDownLatch stop)
      throws IOException, InterruptedException {
    Map<String, Integer> done = new TreeMap<>();
    long end = System.nanoTime() + plan.time().toNanos();
    for (Schedule.Step step : Schedule.of(plan.seed(), plan.nodes(), plan.faults()).steps()) {
      Terminal.pause(stop, step.pause());
      if (System.nanoTime() > end) {
        break;
      }
      say(
          "%s (%d jobs posted, %d faults before)",
          step.fault().text(),
          workload.posted(),
          done.values().stream().mapToInt(Integer::intValue).sum());
      faults.apply(step.fault());
      done.merge(step.fault().kind(), 1, Integer::sum);
    }
    return done;
  }

  private void awaitReady(ChaosCluster cluster, int nodes) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (cluster.members().stream().filter(node -> node.http().isPresent()).count() < nodes) {
      if (System.nanoTime() > end) {
        throw new IOException("the nodes did not start; see " + cluster.dir());
      }
      Terminal.pause(LOOK);
    }
  }

  /** Faults are over: everything must end by itself. */
  private void settle(ChaosCluster cluster, Workload workload, List<String> violations) {
    cluster.wires().heal();
    say("faults are over: %d jobs posted, %d unfinished", workload.posted(), workload.unfinished());
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (workload.unfinished() > 0 && System.nanoTime() < end) {
      Terminal.pause(LOOK);
    }
    if (workload.unfinished() > 0) {
      violations.add(
          workload.unfinished() + " jobs have not ended " + PATIENCE + " after the last fault");
    }
    say("settled");
  }

  /** At rest nothing is reserved, nothing runs and no scratch is left. */
  private void restAndLook(ChaosCluster cluster, ProcessWatch watch, List<String> violations)
      throws IOException {
    List<String> left = List.of();
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    do {
      Terminal.pause(LOOK);
      left = leftovers(cluster, watch);
    } while (!left.isEmpty() && System.nanoTime() < end);
    violations.addAll(left);
  }

  private List<String> leftovers(ChaosCluster cluster, ProcessWatch watch) throws IOException {
    List<String> left = new ArrayList<>();
    watch.left().forEach(process -> left.add("a process is left: " + process));
    for (ChaosNode node : cluster.nodes()) {
      Path scratch = node.dir().resolve("scratch");
      if (Files.exists(scratch)) {
        try (Stream<Path> files = Files.walk(scratch)) {
          files
              .filter(file -> Files.isRegularFile(file))
              .forEach(file -> left.add("scratch is left: " + file));
        }
      }
    }
    JsonNode nodes =
        cluster.members().stream()
            .flatMap(node -> node.http().stream())
            .flatMap(url -> cluster.get(url + "/api/v1/nodes", Duration.ofSeconds(5)).stream())
            .findFirst()
            .map(list -> list.path("items"))
            .orElseGet(com.fasterxml.jackson.databind.node.MissingNode::getInstance);
    if (nodes.size() != cluster.members().size()) {
      left.add(nodes.size() + " nodes are listed, not " + cluster.members().size());
    }
    for (JsonNode node : nodes) {
      if (node.path("used").path("cpu").asLong() != 0 || !node.path("running").isEmpty()) {
        left.add("reserved though nothing runs: " + node);
      }
    }
    return left;
  }

  private Verdict verdict(ChaosCluster cluster, Workload workload, Path writeLog)
      throws IOException, SQLException {
    try (Connection connection = cluster.database().connect()) {
      return new Checker(workload.acknowledged(), cluster.permanent()).check(connection, writeLog);
    }
  }

  private void report(
      ChaosCluster cluster,
      Map<String, Integer> done,
      Workload workload,
      ProcessWatch watch,
      Verdict verdict) {
    out.println();
    out.printf(Locale.ROOT, "%-36s %6d%n", "faults", done.values().stream().mapToInt(x -> x).sum());
    done.forEach((kind, count) -> out.printf(Locale.ROOT, "  %-34s %6d%n", kind, count));
    verdict.tally().forEach((what, n) -> out.printf(Locale.ROOT, "%-36s %6d%n", what, n));
    out.printf(
        Locale.ROOT, "%-36s %6d%n", "posts repeated for want of an answer", workload.repeats());
    out.printf(
        Locale.ROOT,
        "%-36s %6d%n",
        "nodes that ended by themselves",
        cluster.nodes().stream().mapToInt(ChaosNode::ownDeaths).sum());
    out.println("process table: " + watch.tally());
    out.flush();
  }

  private void say(String text, Object... values) {
    synchronized (out) {
      out.printf(
          Locale.ROOT,
          "%6.1f s  %s%n",
          (System.nanoTime() - begin) / 1e9,
          String.format(Locale.ROOT, text, values));
      out.flush();
    }
  }
}
