package refinery.chaos;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import refinery.client.Terminal;

/**
 * Kills two of three nodes some seconds apart, in both orders, with and without stopping and
 * continuing the third meanwhile. The third must carry on alone. Blocking.
 */
final class StaggeredDeaths {
  static final List<Duration> APART =
      List.of(0, 2, 5, 9, 15, 30).stream().map(Duration::ofSeconds).toList();

  /**
   * Longer than the failure detector tolerates, but too short for the others to give the node up.
   */
  private static final Duration STOPPED = Duration.ofSeconds(4);

  private static final Duration RUNNING = Duration.ofSeconds(2);
  private static final Duration PROMISED = Duration.ofSeconds(25);

  private final ChaosCluster cluster;
  private final Placements placements;
  private final Drill drill;

  StaggeredDeaths(ChaosCluster cluster, Placements placements, Drill drill) {
    this.cluster = cluster;
    this.placements = placements;
    this.drill = drill;
  }

  void all(List<Duration> apart) throws IOException, InterruptedException {
    for (Duration time : apart) {
      for (boolean oldestFirst : List.of(false, true)) {
        for (boolean flapping : List.of(false, true)) {
          one(time, oldestFirst, flapping);
        }
      }
    }
  }

  private void one(Duration apart, boolean oldestFirst, boolean flapping)
      throws IOException, InterruptedException {
    ChaosNode oldest = cluster.oldest().orElseThrow();
    List<ChaosNode> workers = cluster.members().stream().filter(node -> node != oldest).toList();
    ChaosNode worker = workers.getFirst();
    ChaosNode survivor = workers.getLast();
    drill.keepFull();
    int deaths = survivor.ownDeaths();
    Instant last =
        deaths(
            apart,
            oldestFirst ? List.of(oldest, worker) : List.of(worker, oldest),
            survivor,
            flapping);
    Duration gap = placements.gap(last);
    drill.note(
        String.format(
            Locale.ROOT,
            "kill -9 of %s, %d s later of %s%s: no placement",
            oldestFirst ? "the oldest" : "a worker",
            apart.toSeconds(),
            oldestFirst ? "a worker" : "the oldest",
            flapping ? ", the third flapping" : ""),
        gap,
        PROMISED);
    if (survivor.ownDeaths() > deaths) {
      drill.note("nodes that ended in this by themselves", Duration.ofSeconds(1), Duration.ZERO);
    }
    drill.awaitAll();
  }

  /** Lets the deaths happen, and returns the moment after the last one. */
  private Instant deaths(
      Duration apart, List<ChaosNode> victims, ChaosNode survivor, boolean flapping)
      throws IOException, InterruptedException {
    CountDownLatch over = new CountDownLatch(flapping ? 1 : 0);
    Thread flaps = Thread.ofPlatform().start(() -> flap(survivor, over));
    try {
      if (flapping) {
        Terminal.pause(STOPPED.plus(RUNNING));
      }
      Duration down = Placements.WINDOW.plus(RUNNING);
      victims.getFirst().kill(down.plus(apart));
      Terminal.pause(apart);
      victims.getLast().kill(down);
    } finally {
      over.countDown();
      flaps.join();
    }
    return Instant.now();
  }

  private static void flap(ChaosNode node, CountDownLatch over) {
    try {
      while (over.getCount() > 0) {
        node.signal("STOP");
        Terminal.pause(STOPPED);
        node.signal("CONT");
        Terminal.pause(over, RUNNING);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
