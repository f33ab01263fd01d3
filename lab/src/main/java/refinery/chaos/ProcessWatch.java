package refinery.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import refinery.client.Terminal;

/**
 * Watches the kernel's process table: which jobs' processes really run on each node, by the marks
 * that they carry. One thread runs it; the results may be read by others.
 */
final class ProcessWatch implements Runnable {
  private static final Duration INTERVAL = Duration.ofMillis(200);

  /** A job's process. */
  record Running(long pid, String node, String attempt, long cpu, long memory) {}

  private final Path dir;
  private final Path script;
  private final CountDownLatch stop;
  private final TreeSet<String> violations = new TreeSet<>();
  private int looks;
  private int most;

  ProcessWatch(Path dir, CountDownLatch stop) {
    this.dir = dir;
    this.script = dir.resolve("work.sh");
    this.stop = stop;
  }

  @Override
  public void run() {
    while (!Terminal.pause(stop, INTERVAL)) {
      look();
    }
  }

  private void look() {
    Map<String, Map<String, Running>> nodes = new HashMap<>();
    for (Running process : jobs()) {
      nodes
          .computeIfAbsent(process.node(), node -> new HashMap<>())
          .put(process.attempt(), process);
    }
    synchronized (this) {
      looks++;
      nodes.forEach(this::judge);
    }
  }

  private void judge(String node, Map<String, Running> attempts) {
    long cpu = attempts.values().stream().mapToLong(Running::cpu).sum();
    long memory = attempts.values().stream().mapToLong(Running::memory).sum();
    most = Math.max(most, attempts.size());
    if (cpu > ChaosCluster.CPU || memory > ChaosCluster.MEMORY) {
      violations.add(
          "over-committed: "
              + node
              + " runs "
              + cpu
              + "m cpu, "
              + memory
              + " bytes in "
              + attempts);
    }
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  synchronized String tally() {
    return looks + " looks, at most " + most + " jobs on one node at a time";
  }

  /** The main processes of jobs, without their children. */
  private List<Running> jobs() {
    List<Running> found = new ArrayList<>();
    for (Path process : processes()) {
      try {
        String[] words = read(process.resolve("cmdline"));
        if (words.length > 6 && words[1].equals(script.toString())) {
          Map<String, String> environment = environment(process);
          found.add(
              new Running(
                  Long.parseLong(process.getFileName().toString()),
                  environment.getOrDefault("REFINERY_NODE", "?"),
                  environment.getOrDefault("REFINERY_ATTEMPT", "?"),
                  Long.parseLong(words[5]),
                  Long.parseLong(words[6])));
        }
      } catch (IOException gone) {
        continue;
      }
    }
    return found;
  }

  /** Every running process that a node of this directory has started. */
  List<String> left() {
    List<String> found = new ArrayList<>();
    for (Path process : processes()) {
      try {
        String node = environment(process).getOrDefault("REFINERY_NODE", "");
        if (node.startsWith(dir.toString())) {
          found.add(
              process.getFileName() + " " + String.join(" ", read(process.resolve("cmdline"))));
        }
      } catch (IOException gone) {
        continue;
      }
    }
    return found;
  }

  private static List<Path> processes() {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(path -> path.getFileName().toString().matches("[0-9]+")).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Map<String, String> environment(Path process) throws IOException {
    Map<String, String> variables = new HashMap<>();
    for (String line : read(process.resolve("environ"))) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        variables.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return variables;
  }

  private static String[] read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).split("\0");
  }
}
