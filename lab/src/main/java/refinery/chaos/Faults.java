package refinery.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.client.Terminal;

/** Makes faults happen, one at a time, and ends them. Blocking. */
final class Faults {
  private static final Duration LEAVE = Duration.ofSeconds(45);

  /** One stop is shorter than the failure detector tolerates; several in a row may not be. */
  private static final Duration STOPPED = Duration.ofMillis(2_500);

  private static final Duration GOING = Duration.ofMillis(1_500);
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** Takes lines about what happens. */
  interface Log {
    void say(String text, Object... values);
  }

  private final ChaosCluster cluster;
  private final int size;
  private final Log log;

  Faults(ChaosCluster cluster, int size, Log log) {
    this.cluster = cluster;
    this.size = size;
    this.log = log;
  }

  void apply(Fault fault) throws IOException, InterruptedException {
    switch (fault) {
      case Fault.KillWorker kill -> worker(kill.node()).kill(kill.down());
      case Fault.KillOldest kill -> oldest().kill(kill.down());
      case Fault.KillAll kill -> killAll(cluster.members(), kill.down());
      case Fault.KillAllButOne kill -> killAllButOne(kill);
      case Fault.Staggered deaths -> staggered(deaths);
      case Fault.Flap flap -> {
        for (int time = 0; time < flap.times(); time++) {
          pause(node(flap.node()), STOPPED);
          Terminal.pause(GOING);
        }
      }
      case Fault.PauseAll pause -> pauseAll(pause.time());
      case Fault.PauseBriefly pause -> pause(node(pause.node()), pause.time());
      case Fault.PauseLong pause -> pause(node(pause.node()), pause.time());
      case Fault.Partition cut -> {
        cluster.wires().isolate(cut.nodes(), size + 1, cut.database());
        Terminal.pause(cut.time());
        cluster.wires().heal();
      }
      case Fault.RestartDatabase restart -> cluster.database().crash(restart.down());
      case Fault.Drain drain -> drain(node(drain.node()), drain.time());
      case Fault.Terminate stop -> {
        if (!node(stop.node()).terminate(LEAVE, stop.down())) {
          log.say("the node did not leave on SIGTERM within %d s", LEAVE.toSeconds());
        }
      }
      case Fault.JoinAndLeave join -> joinAndLeave(join.stay());
    }
  }

  private void killAllButOne(Fault.KillAllButOne kill) throws IOException, InterruptedException {
    ChaosNode survivor = node(kill.survivor());
    killAll(cluster.members().stream().filter(node -> node != survivor).toList(), kill.down());
    Terminal.pause(kill.down());
  }

  private void pauseAll(Duration time) throws IOException, InterruptedException {
    for (ChaosNode node : cluster.members()) {
      node.signal("STOP");
    }
    Terminal.pause(time);
    for (ChaosNode node : cluster.members()) {
      node.signal("CONT");
    }
  }

  private void staggered(Fault.Staggered deaths) throws IOException, InterruptedException {
    ChaosNode survivor = node(deaths.survivor());
    for (ChaosNode node : cluster.members()) {
      if (node != survivor) {
        node.kill(deaths.down().plus(deaths.apart()));
        if (deaths.flapping()) {
          pause(survivor, STOPPED);
        }
        Terminal.pause(deaths.apart());
      }
    }
  }

  private ChaosNode node(int number) {
    return cluster.nodes().get(number % size);
  }

  private ChaosNode oldest() {
    return cluster.oldest().orElseGet(() -> node(0));
  }

  private ChaosNode worker(int number) {
    ChaosNode oldest = oldest();
    return node(number) == oldest ? node(number + 1) : node(number);
  }

  private static void killAll(List<ChaosNode> nodes, Duration down)
      throws IOException, InterruptedException {
    for (ChaosNode node : nodes) {
      node.kill(down);
    }
  }

  private static void pause(ChaosNode node, Duration time)
      throws IOException, InterruptedException {
    node.signal("STOP");
    Terminal.pause(time);
    node.signal("CONT");
  }

  private void drain(ChaosNode node, Duration time) {
    Optional<String> id = cluster.id(node);
    id.ifPresent(name -> post(name, "drain"));
    Terminal.pause(time);
    if (id.isPresent() && !post(id.get(), "undrain")) {
      log.say("nobody took the word to undrain %s", id.get());
    }
  }

  private boolean post(String id, String action) {
    for (int round = 0; round < 20; round++) {
      boolean taken =
          cluster.members().stream()
              .flatMap(node -> node.http().stream())
              .anyMatch(
                  url ->
                      cluster
                          .post(url + "/api/v1/nodes/" + id + "/" + action, "", Map.of(), ANSWER)
                          .isPresent());
      if (taken) {
        return true;
      }
      Terminal.pause(Duration.ofSeconds(1));
    }
    return false;
  }

  private void joinAndLeave(Duration stay) throws IOException, InterruptedException {
    ChaosNode further = cluster.nodes().get(size);
    further.want(Duration.ZERO);
    for (int look = 0; look < 300 && further.http().isEmpty(); look++) {
      Terminal.pause(Duration.ofMillis(100));
    }
    Terminal.pause(stay);
    if (!further.leave(LEAVE)) {
      log.say("the further node did not leave on SIGTERM within %d s", LEAVE.toSeconds());
    }
  }
}
