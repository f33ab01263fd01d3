package refinery.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import refinery.client.Terminal;

/**
 * Measures how long a cluster of three nodes with a full queue stands still when nodes die, pause,
 * leave and join, by the times at which attempts began according to the journal. Blocking.
 */
public final class FailOver {
  private static final int NODES = 3;
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration LEAVE = Duration.ofSeconds(45);

  /**
   * One measurement.
   *
   * @param time how long something stood still
   * @param promised the longest time allowed
   */
  public record Figure(String what, Duration time, Duration promised) {
    public boolean holds() {
      return time.compareTo(promised) <= 0;
    }
  }

  private final PrintWriter out;
  private final ChaosCluster cluster;
  private final Placements placements;
  private final Drill drill;

  private FailOver(PrintWriter out, ChaosCluster cluster) {
    this.out = out;
    this.cluster = cluster;
    placements = new Placements(cluster.database());
    drill = new Drill(out, cluster, placements);
  }

  /** What to measure: everything, or only deaths that follow each other. */
  public sealed interface Part {
    /** Everything. */
    record Whole() implements Part {}

    /** Deaths of two of three nodes, at these intervals. */
    record Staggered(List<Duration> apart) implements Part {
      public Staggered {
        apart = List.copyOf(apart);
      }
    }
  }

  /**
   * @param dir must not hold an earlier run
   */
  public static List<Figure> measure(PrintWriter out, Path dir, Part part)
      throws IOException, InterruptedException, SQLException {
    CountDownLatch stop = new CountDownLatch(1);
    try (ChaosCluster cluster = new ChaosCluster(dir.toAbsolutePath(), NODES, Map.of())) {
      FailOver run = new FailOver(out, cluster);
      Thread tender = Thread.ofPlatform().start(() -> run.tend(stop));
      try {
        run.all(part);
      } finally {
        stop.countDown();
        tender.join();
      }
      return run.drill.figures();
    }
  }

  private void tend(CountDownLatch stop) {
    while (!Terminal.pause(stop, LOOK)) {
      try {
        cluster.tend();
      } catch (IOException e) {
        out.println("cannot start a node: " + e.getMessage());
      }
    }
  }

  private void all(Part part) throws IOException, InterruptedException, SQLException {
    cluster.nodes().subList(0, NODES).forEach(node -> node.want(Duration.ZERO));
    drill.awaitAll();
    drill.post(400);
    drill.await("the first placements", () -> placements.since(Instant.EPOCH).size() > 20);
    switch (part) {
      case Part.Whole whole -> {
        killOldest();
        killWorker();
        pause();
        rollingRestart();
        join();
        staggered(StaggeredDeaths.APART);
        killTwo();
      }
      case Part.Staggered deaths -> {
        staggered(deaths.apart());
        finish();
      }
    }
  }

  private void staggered(List<Duration> apart)
      throws IOException, InterruptedException, SQLException {
    new StaggeredDeaths(cluster, placements, drill).all(apart);
  }

  private void killOldest() throws IOException, InterruptedException, SQLException {
    ChaosNode oldest = cluster.oldest().orElseThrow();
    drill.keepFull();
    Instant begin = Instant.now();
    oldest.kill(Placements.WINDOW);
    drill.note(
        "kill -9 of the singletons' host: no placement",
        placements.gap(begin),
        Duration.ofSeconds(25));
    drill.awaitAll();
  }

  private void killWorker() throws IOException, InterruptedException, SQLException {
    ChaosNode oldest = cluster.oldest().orElseThrow();
    ChaosNode worker =
        cluster.members().stream().filter(node -> node != oldest).findFirst().orElseThrow();
    drill.keepFull();
    String id = cluster.id(worker).orElseThrow();
    Instant begin = Instant.now();
    List<String> running = placements.runningOn(id);
    worker.kill(Placements.WINDOW);
    drill.await(
        "its jobs to run elsewhere", () -> placements.lastRestart(running, begin).isPresent());
    drill.note(
        "kill -9 of a worker: until the last of its " + running.size() + " jobs ran elsewhere",
        Duration.between(begin, placements.lastRestart(running, begin).orElseThrow()),
        Duration.ofSeconds(25));
    drill.awaitAll();
  }

  private void pause() throws IOException, InterruptedException {
    int before = deaths();
    for (ChaosNode node : cluster.members()) {
      node.signal("STOP");
      Terminal.pause(Duration.ofSeconds(3));
      node.signal("CONT");
      Terminal.pause(Duration.ofSeconds(12));
    }
    drill.note(
        "SIGSTOP of each node for 3 s: nodes given up (count as seconds)",
        Duration.ofSeconds(deaths() - before),
        Duration.ZERO);
    drill.awaitAll();
  }

  private void rollingRestart() throws IOException, InterruptedException, SQLException {
    drill.keepFull();
    Instant begin = Instant.now();
    for (ChaosNode node : cluster.members()) {
      node.terminate(LEAVE, Duration.ZERO);
      drill.awaitAll();
    }
    drill.note(
        "rolling restart by SIGTERM: no placement",
        placements.gapUntil(begin, Instant.now()),
        Duration.ofSeconds(5));
  }

  private void join() throws IOException, InterruptedException, SQLException {
    drill.keepFull();
    ChaosNode further = cluster.nodes().get(NODES);
    further.want(Duration.ZERO);
    drill.await("the fourth node", () -> further.http().isPresent());
    Instant up = Instant.now();
    String id = cluster.id(further).orElse("");
    while (id.isEmpty()) {
      Terminal.pause(LOOK);
      id = cluster.id(further).orElse("");
    }
    String known = id;
    drill.await("work on the fourth node", () -> !placements.runningOn(known).isEmpty());
    drill.note(
        "a fourth node joins: until it has work",
        Duration.between(up, Instant.now()),
        Duration.ofSeconds(5));
    Instant leaving = Instant.now();
    further.leave(LEAVE);
    drill.note(
        "it leaves by SIGTERM: until it has ended",
        Duration.between(leaving, Instant.now()),
        Duration.ofSeconds(20));
  }

  private void killTwo() throws IOException, InterruptedException, SQLException {
    drill.keepFull();
    ChaosNode survivor = cluster.members().getLast();
    Instant begin = Instant.now();
    for (ChaosNode node : cluster.members()) {
      if (node != survivor) {
        node.leaveDead();
      }
    }
    drill.note(
        "kill -9 of two of three at once: no placement",
        placements.gap(begin),
        Duration.ofSeconds(30));
    finish();
  }

  private void finish() {
    drill.await("everything to be finished", () -> placements.unfinished() == 0);
    drill.note(
        "jobs that failed in all this (count as seconds)",
        Duration.ofSeconds(placements.failed()),
        Duration.ZERO);
  }

  private int deaths() {
    return cluster.nodes().stream().mapToInt(ChaosNode::ownDeaths).sum();
  }
}
