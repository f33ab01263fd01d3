package refinery.chaos;

import java.io.IOException;
import java.io.PrintWriter;
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
import refinery.chaos.check.AskedSurvey;
import refinery.chaos.check.Checker;
import refinery.chaos.check.SurveyChecker;
import refinery.chaos.check.Verdict;
import refinery.client.Terminal;

/**
 * One chaos run: a cluster under load, a schedule of faults, and the verdict. Blocking.
 *
 * <p>The exit code is 0 when nothing was violated. The directory is kept, to find out why something
 * was.
 */
public final class Chaos {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration MOST_QUIET = Duration.ofSeconds(45);
  private static final Duration ANSWER = Duration.ofSeconds(2);

  private final PrintWriter out;
  private final Plan plan;
  private final long begin = System.nanoTime();

  /**
   * @param dir must not hold an earlier run
   * @param time how long faults are begun, unless all {@code faults} have happened before
   * @param jobs to post in all; they are spread over the faults by keeping some unfinished
   * @param surveys to post in all; 0: none
   * @param mostRuns most runs of a survey; it has at least a third as many
   * @param poison true if one job ends the node that runs it
   */
  public record Plan(
      Path dir,
      long seed,
      int nodes,
      Duration time,
      int faults,
      int jobs,
      int surveys,
      int mostRuns,
      boolean poison) {}

  public Chaos(PrintWriter out, Plan plan) {
    this.out = out;
    this.plan = plan;
  }

  public int run() throws IOException, InterruptedException, SQLException {
    say(
        "seed %d: %d nodes, %d jobs, %d surveys, up to %d faults in %d s, in %s",
        plan.seed(),
        plan.nodes(),
        plan.jobs(),
        plan.surveys(),
        plan.faults(),
        plan.time().toSeconds(),
        plan.dir());
    Path dir = plan.dir().toAbsolutePath();
    SurveyPlan surveys = SurveyPlan.of(plan.seed(), plan.surveys(), plan.mostRuns());
    List<String> violations;
    try (StudyArchive archive = new StudyArchive(dir.resolve("archive"), surveys.studies());
        ChaosCluster cluster = new ChaosCluster(dir, plan.nodes(), archive.settings())) {
      violations = run(cluster, archive, surveys);
    }
    violations.forEach(violation -> out.println("VIOLATION " + violation));
    out.println(violations.size() + " violations, seed " + plan.seed());
    out.flush();
    return violations.isEmpty() ? 0 : 1;
  }

  private List<String> run(ChaosCluster cluster, StudyArchive archive, SurveyPlan surveys)
      throws IOException, InterruptedException, SQLException {
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    List<String> violations = new ArrayList<>();
    ProcessWatch watch = new ProcessWatch(cluster.dir(), stop);
    Workload workload =
        new Workload(cluster, plan.seed(), plan.jobs(), plan.time(), 60, plan.poison(), stop);
    Caller caller = new Caller(cluster, plan.seed(), () -> stop.getCount() == 0);
    SurveyLoad load = new SurveyLoad(surveys, caller, plan.seed(), plan.time(), enough);
    Faults faults = new Faults(cluster, plan.nodes(), this::say);
    Thread tender = Thread.ofPlatform().start(() -> tend(cluster, stop));
    Thread watcher = Thread.ofPlatform().start(watch);
    cluster.nodes().subList(0, plan.nodes()).forEach(node -> node.want(Duration.ZERO));
    Thread poster = Thread.ofPlatform().start(workload);
    Thread person = Thread.ofPlatform().start(load);
    try {
      awaitReady(cluster, plan.nodes());
      Map<String, Integer> done = faults(cluster, faults, workload, stop);
      enough.countDown();
      person.join();
      poster.join();
      settle(workload, violations);
      SurveyEnd end = bringToRest(new Rest(cluster, watch), load, caller, violations);
      violations.addAll(load.violations());
      report(cluster, done, workload, watch);
      violations.addAll(check(cluster, workload, load, SurveyEnd.asked(load, archive), caller));
      load.tally().forEach(this::line);
      end.tally().forEach(this::line);
      violations.addAll(watch.violations());
      return violations;
    } finally {
      enough.countDown();
      stop.countDown();
      tender.join();
      watcher.join();
      poster.join();
      person.join();
    }
  }

  private SurveyEnd bringToRest(Rest rest, SurveyLoad load, Caller caller, List<String> violations)
      throws IOException {
    SurveyEnd end = new SurveyEnd(load, caller, rest, PATIENCE);
    endSurveys(end, violations);
    violations.addAll(rest.await());
    say("at rest");
    return end;
  }

  private void endSurveys(SurveyEnd end, List<String> violations) {
    if (plan.surveys() > 0) {
      end.asLeft();
      say("surveys are as they were left");
      end.retryUntilDone();
      say("surveys are done");
    }
    violations.addAll(end.violations());
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

  private Map<String, Integer> faults(
      ChaosCluster cluster, Faults faults, Workload workload, CountDownLatch stop)
      throws IOException, InterruptedException {
    Map<String, Integer> done = new TreeMap<>();
    long end = System.nanoTime() + plan.time().toNanos();
    for (Schedule.Step step : Schedule.of(plan.seed(), plan.nodes(), plan.faults()).steps()) {
      Terminal.pause(stop, step.pause());
      awaitAnyReady(cluster);
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
    cluster.wires().heal();
    return done;
  }

  /**
   * Waits until a node works, because a fault before that proves nothing; not longer than 45 s,
   * since the cluster may be broken.
   */
  private static void awaitAnyReady(ChaosCluster cluster) {
    long end = System.nanoTime() + MOST_QUIET.toNanos();
    while (System.nanoTime() < end
        && cluster.members().stream()
            .flatMap(node -> node.management().stream())
            .noneMatch(url -> cluster.get(url + "/ready", ANSWER).isPresent())) {
      Terminal.pause(LOOK);
    }
  }

  private void awaitReady(ChaosCluster cluster, int nodes) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (cluster.members().stream().filter(node -> node.http().isPresent()).count() < nodes) {
      if (System.nanoTime() > end) {
        throw new IOException("the nodes did not start; see " + cluster.dir());
      }
      Terminal.pause(LOOK);
    }
    say("%d nodes are ready", nodes);
  }

  /** Waits until all jobs have ended by themselves after the last fault. */
  private void settle(Workload workload, List<String> violations) {
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

  private List<String> check(
      ChaosCluster cluster,
      Workload workload,
      SurveyLoad load,
      List<AskedSurvey> asked,
      Caller caller)
      throws IOException, SQLException {
    List<String> violations = new ArrayList<>();
    try (Connection connection = cluster.database().connect()) {
      List<Verdict> verdicts =
          List.of(
              new Checker(workload.acknowledged(), load.posted().keySet(), cluster.permanent())
                  .check(connection, cluster.writeLog()),
              new SurveyChecker(asked, caller, cluster.permanent()).check(connection));
      for (Verdict verdict : verdicts) {
        violations.addAll(verdict.violations());
        verdict.tally().forEach(this::line);
      }
    }
    return violations;
  }

  private void report(
      ChaosCluster cluster, Map<String, Integer> done, Workload workload, ProcessWatch watch) {
    out.println();
    line("faults", done.values().stream().mapToInt(x -> x).sum());
    done.forEach((kind, count) -> line("  " + kind, count));
    line("posts repeated for want of an answer", workload.repeats());
    line(
        "nodes that ended by themselves",
        cluster.nodes().stream().mapToInt(ChaosNode::ownDeaths).sum());
    out.println("process table: " + watch.tally());
    out.flush();
  }

  private void line(String what, Number count) {
    out.printf(Locale.ROOT, "%-42s %6d%n", what, count.longValue());
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
