package refinery.scale;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Terminal;

/**
 * A node in a JVM of its own, with the options of this JVM but its heap. Its PostgreSQL outlives a
 * kill and is taken over by the next life. Used by one thread.
 */
final class MeasuredNode implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("(?m)^ready http=(\\S+) ");
  private static final Duration LOOK = Duration.ofMillis(50);

  /** Ticks a second of {@code /proc/PID/stat}: fixed by Linux's interface. */
  private static final double TICKS = 100;

  private static final int USER = 11;
  private static final int OF_CHILDREN = 13;
  private static final int END = 15;

  private final Process process;
  private final Path home;
  private final String http;

  /** Seconds of processor time so far: of the node's JVM, and of PostgreSQL's processes. */
  record Cpu(double node, double database) {
    Cpu since(Cpu before) {
      return new Cpu(node - before.node, database - before.database);
    }
  }

  private MeasuredNode(Process process, Path home, String http) {
    this.process = process;
    this.home = home;
    this.http = http;
  }

  /** Starts a node in {@code home}, new or known; returns when it serves. */
  static MeasuredNode start(Path home, Map<String, String> settings) throws IOException {
    Path output = home.resolveSibling(home.getFileName() + ".log");
    Process process =
        new ProcessBuilder(command(home, settings))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    while (process.isAlive()) {
      Matcher ready = READY.matcher(Files.readString(output));
      if (ready.find()) {
        return new MeasuredNode(process, home, "http://" + ready.group(1));
      }
      Terminal.pause(LOOK);
    }
    throw CommandFailure.failed("the node did not start:\n" + Files.readString(output).strip());
  }

  private static List<String> command(Path home, Map<String, String> settings) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-Xmx") && !option.startsWith("-Xms"))
        .forEach(words::add);
    words.addAll(List.of("-Xms64m", "-Xmx" + heap()));
    String classPath =
        Optional.ofNullable(System.getProperty("surefire.test.class.path"))
            .orElseGet(() -> System.getProperty("java.class.path"));
    words.addAll(List.of("-cp", classPath, "refinery.cli.RefineryCommand", "node"));
    words.addAll(List.of("--dir", home.toString(), "--http", "127.0.0.1:0"));
    words.addAll(List.of("--management", "127.0.0.1:0", "--artery", "127.0.0.1:0"));
    settings.forEach((key, value) -> words.addAll(List.of("--set", key + "=" + value)));
    return words;
  }

  /** As the launcher gives it to a node. */
  static String heap() {
    String asked = System.getenv().getOrDefault("REFINERY_HEAP", "");
    return asked.isEmpty() ? "768m" : asked;
  }

  NodeClient client() {
    return new NodeClient(http, Optional.empty());
  }

  Cpu cpu() throws IOException {
    double node = process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    Path pidFile = home.resolve("postgres/data/postmaster.pid");
    long postmaster = Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
    double database = seconds(postmaster, END);
    Optional<ProcessHandle> server = ProcessHandle.of(postmaster);
    if (server.isPresent()) {
      try (Stream<ProcessHandle> children = server.get().children()) {
        database += children.mapToDouble(child -> seconds(child.pid(), OF_CHILDREN)).sum();
      }
    }
    return new Cpu(node, database);
  }

  /** Sum of the fields from user time up to {@code end}; none of a process that is gone. */
  private static double seconds(long pid, int end) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      double ticks = 0;
      for (int field = USER; field < end; field++) {
        ticks += Long.parseLong(fields[field]);
      }
      return ticks / TICKS;
    } catch (IOException gone) {
      return 0;
    }
  }

  /** SIGKILL; the database goes on until the next life stops it. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM, so that its database ends with it. */
  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
