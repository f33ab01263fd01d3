package refinery.scale;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Terminal;
import refinery.files.ToolWords;
import refinery.program.NodeProgram;

/**
 * A node in a JVM of its own, with the options of this JVM except for the heap. Its PostgreSQL
 * survives a kill and is taken over by the next life. Used by one thread.
 */
final class MeasuredNode implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile("(?m)^ready http=(\\S+) management=(\\S+)\n");

  /** A part of the heap as {@code jcmd GC.heap_info} tells it, whichever the collector. */
  private static final Pattern USED = Pattern.compile("total .*?used (\\d+)K");

  private static final Duration LOOK = Duration.ofMillis(50);

  /** Ticks per second in {@code /proc/PID/stat}: 100 on all usual Linux systems (USER_HZ). */
  private static final double TICKS = 100;

  private static final int USER = 11;
  private static final int OF_CHILDREN = 13;
  private static final int END = 15;

  private final Process process;
  private final Path home;
  private final String http;
  private final String management;

  /** Seconds of processor time so far, of the node's JVM and of PostgreSQL's processes. */
  record Cpu(double node, double database) {
    Cpu since(Cpu before) {
      return new Cpu(node - before.node, database - before.database);
    }
  }

  private MeasuredNode(Process process, Path home, Matcher ready) {
    this.process = process;
    this.home = home;
    this.http = "http://" + ready.group(1);
    this.management = "http://" + ready.group(2);
  }

  /** Starts a node in {@code home}, which may be new, and returns when it serves. */
  static MeasuredNode start(Path home, Map<String, String> settings) throws IOException {
    Path output = home.resolveSibling(home.getFileName() + ".log");
    Process process =
        new ProcessBuilder(command(home, settings))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    while (process.isAlive()) {
      Matcher ready = READY.matcher(ToolWords.of(output));
      if (ready.find()) {
        return new MeasuredNode(process, home, ready);
      }
      Terminal.pause(LOOK);
    }
    throw CommandFailure.failed("the node did not start:\n" + ToolWords.of(output).strip());
  }

  private static List<String> command(Path home, Map<String, String> settings) {
    List<String> jvm = new ArrayList<>();
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-Xmx") && !option.startsWith("-Xms"))
        .forEach(jvm::add);
    jvm.addAll(List.of("-Xms64m", "-Xmx" + heap()));
    List<String> options = new ArrayList<>();
    options.addAll(List.of("--dir", home.toString(), "--http", "127.0.0.1:0"));
    options.addAll(List.of("--management", "127.0.0.1:0", "--artery", "127.0.0.1:0"));
    settings.forEach((key, value) -> options.addAll(List.of("--set", key + "=" + value)));
    return NodeProgram.command(jvm, options);
  }

  /** The heap that the launcher gives to a node. */
  static String heap() {
    String asked = System.getenv().getOrDefault("REFINERY_HEAP", "");
    return asked.isEmpty() ? "768m" : asked;
  }

  /** Of the API and the dashboard, without a slash at its end. */
  String http() {
    return http;
  }

  /** Of the management endpoint. */
  String management() {
    return management;
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

  /** Sums the fields from user time up to {@code end}, in seconds; 0 for a process that is gone. */
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

  /** Bytes of the heap in use after a full collection; empty where the JDK's jcmd is missing. */
  OptionalLong heapInUse() throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) {
      return OptionalLong.empty();
    }
    told(jcmd, "GC.run");
    Matcher used = USED.matcher(told(jcmd, "GC.heap_info"));
    long kilobytes = 0;
    while (used.find()) {
      kilobytes += Long.parseLong(used.group(1));
    }
    return OptionalLong.of(kilobytes << 10);
  }

  private String told(Path jcmd, String command) throws IOException, InterruptedException {
    Process asked =
        new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), command)
            .redirectErrorStream(true)
            .start();
    String text = new String(asked.getInputStream().readAllBytes(), Charset.defaultCharset());
    asked.waitFor();
    return text;
  }

  /** Sends SIGKILL; the database runs on until the next life stops it. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Sends SIGTERM and waits, so that the database ends as well. */
  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
