package refinery.chaos;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.files.ToolWords;

/**
 * One node in a JVM of its own. Like a service manager, this starts it again whenever it has ended,
 * as long as it is wanted. Thread-safe.
 */
final class ChaosNode {
  private static final Pattern READY = Pattern.compile("(?m)^ready http=(\\S+) management=(\\S+)$");
  private static final Pattern GIVEN_UP = Pattern.compile("(?m)^refinery: this node was given up");
  private static final Duration RESTART = Duration.ofSeconds(1);

  private final int number;
  private final Path dir;
  private final List<String> command;
  private final Map<String, String> environment;
  private final int arteryPort;
  private int starts;
  private int deaths;
  private boolean wanted;
  private boolean expected = true;
  private Instant notBefore = Instant.MIN;
  private Optional<Process> process = Optional.empty();

  ChaosNode(
      int number, Path dir, List<String> command, Map<String, String> environment, int arteryPort) {
    this.number = number;
    this.dir = dir;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.arteryPort = arteryPort;
  }

  int number() {
    return number;
  }

  Path dir() {
    return dir;
  }

  /** The port by which the other nodes know it. */
  int arteryPort() {
    return arteryPort;
  }

  synchronized void want(Duration after) {
    wanted = true;
    notBefore = Instant.now().plus(after);
  }

  synchronized boolean isWanted() {
    return wanted;
  }

  synchronized boolean isAlive() {
    return process.map(Process::isAlive).orElse(false);
  }

  /** How often it ended by itself: as a process, or as a life that was given up and begun anew. */
  synchronized int ownDeaths() {
    int all = deaths;
    for (int start = 1; start <= starts; start++) {
      try {
        all += (int) GIVEN_UP.matcher(ToolWords.of(output(start))).results().count();
      } catch (IOException gone) {
        continue;
      }
    }
    return all;
  }

  /** Starts it if it is wanted and due; call it regularly. */
  synchronized void tend() throws IOException {
    if (process.isPresent() && !isAlive()) {
      process = Optional.empty();
      if (!expected) {
        deaths++;
        notBefore = Instant.now().plus(RESTART);
      }
    }
    if (wanted && process.isEmpty() && !Instant.now().isBefore(notBefore)) {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(Redirect.to(output(++starts).toFile()));
      builder.environment().putAll(environment);
      process = Optional.of(builder.start());
      expected = false;
    }
  }

  private Path output(int start) {
    return dir.resolveSibling(dir.getFileName() + "-" + start + ".log");
  }

  /** Its HTTP address; empty until it has said that it serves. */
  synchronized Optional<String> http() {
    return ready().map(found -> "http://" + found.group(1));
  }

  synchronized Optional<String> management() {
    return ready().map(found -> "http://" + found.group(2));
  }

  private Optional<Matcher> ready() {
    if (!isAlive()) {
      return Optional.empty();
    }
    try {
      Matcher matcher = READY.matcher(ToolWords.of(output(starts)));
      return matcher.find() ? Optional.of(matcher) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  synchronized void signal(String name) throws IOException, InterruptedException {
    if (process.isPresent()) {
      List<String> kill = new ArrayList<>(List.of("kill", "-" + name));
      kill.add(Long.toString(process.get().pid()));
      new ProcessBuilder(kill).redirectErrorStream(true).start().waitFor();
    }
  }

  /** Sends SIGKILL; the node starts again after {@code down}. */
  void kill(Duration down) throws IOException, InterruptedException {
    synchronized (this) {
      expected = true;
      notBefore = Instant.now().plus(down);
      signal("KILL");
    }
    awaitEnd(Duration.ofSeconds(20));
  }

  /**
   * Sends SIGTERM; the node starts again after {@code down}. False when it did not end in time and
   * was killed.
   */
  boolean terminate(Duration atMost, Duration down) throws IOException, InterruptedException {
    synchronized (this) {
      expected = true;
      notBefore = Instant.now().plus(atMost);
      signal("TERM");
    }
    boolean ended = awaitEnd(atMost);
    if (!ended) {
      kill(down);
    }
    synchronized (this) {
      notBefore = Instant.now().plus(down);
    }
    return ended;
  }

  /** Sends SIGTERM; the node does not start again. */
  boolean leave(Duration atMost) throws IOException, InterruptedException {
    synchronized (this) {
      wanted = false;
    }
    return terminate(atMost, Duration.ZERO);
  }

  /** Sends SIGKILL; the node does not start again. */
  void leaveDead() throws IOException, InterruptedException {
    synchronized (this) {
      wanted = false;
    }
    kill(Duration.ZERO);
  }

  private boolean awaitEnd(Duration atMost) throws InterruptedException {
    Optional<Process> running;
    synchronized (this) {
      running = process;
    }
    return running.isEmpty()
        || running.get().waitFor(atMost.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
  }
}
