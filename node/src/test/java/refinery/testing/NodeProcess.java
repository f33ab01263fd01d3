package refinery.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import refinery.program.NodeProgram;

/** A real node in a JVM of its own, started as the launcher starts it. */
public final class NodeProcess {
  private static final Pattern READY = Pattern.compile("(?m)^ready http=(\\S+) management=(\\S+)$");

  /** Right after a start beside others an entity may take longer to answer than users wait. */
  private static final String ASK = "refinery.http.ask-timeout";

  private static final Duration START = Duration.ofMinutes(4);
  private static final Duration END = Duration.ofMinutes(3);

  /** Those that a test which failed left behind end with the tests. */
  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroy)));
  }

  private final Process process;
  private final Path output;
  private final String http;
  private final String management;

  private NodeProcess(Process process, Path output, Matcher ready) {
    this.process = process;
    this.output = output;
    this.http = address(ready.group(1));
    this.management = address(ready.group(2));
  }

  private static String address(String said) {
    return said.startsWith("https://") ? said : "http://" + said;
  }

  /** Starts a node on free ports and returns when it serves. */
  public static NodeProcess start(Path dir, Path output, Map<String, String> settings)
      throws IOException {
    return startBy(List.of(), dir, output, settings);
  }

  /**
   * Starts a node by another program and returns when it serves.
   *
   * @param program with its arguments; it must replace itself by the command that follows them
   */
  public static NodeProcess startBy(
      List<String> program, Path dir, Path output, Map<String, String> settings)
      throws IOException {
    return serving(launch(program, dir, output, onFreePorts(settings), Map.of()), output);
  }

  /**
   * Starts a node that was told more than where it lies and returns when it serves.
   *
   * @param environment added to this JVM's
   */
  public static NodeProcess start(
      Path dir, Path output, List<String> options, Map<String, String> environment)
      throws IOException {
    return serving(launch(dir, output, options, environment), output);
  }

  private static NodeProcess serving(Process process, Path output) throws IOException {
    try {
      Matcher ready =
          Awaitility.await()
              .atMost(START)
              .until(() -> ready(process, output), Optional::isPresent)
              .orElseThrow();
      return new NodeProcess(process, output, ready);
    } catch (ConditionTimeoutException late) {
      process.destroyForcibly();
      throw new AssertionError(
          "the node was not ready in time:\n" + Files.readString(output), late);
    }
  }

  private static List<String> onFreePorts(Map<String, String> settings) {
    List<String> options = new ArrayList<>(List.of("--http", "127.0.0.1:0"));
    options.addAll(List.of("--management", "127.0.0.1:0", "--artery", "127.0.0.1:0"));
    if (!settings.containsKey(ASK)) {
      options.addAll(List.of("--set", ASK + "=60s"));
    }
    settings.forEach((key, value) -> options.addAll(List.of("--set", key + "=" + value)));
    return options;
  }

  /** Starts a node and kills it when it has written so many lines, or when it is ready. */
  public static void killWhileStarting(
      Path dir, Path output, Map<String, String> settings, int lines)
      throws IOException, InterruptedException {
    Process process = launch(dir, output, onFreePorts(settings), Map.of());
    Awaitility.await()
        .atMost(START)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () ->
                Files.readString(output).lines().count() >= lines
                    || ready(process, output).isPresent());
    process.destroyForcibly().waitFor();
  }

  /** Starts a node that cannot serve, and kills it when it has said why. */
  public static void killWhenItSays(
      String text, Path dir, Path output, List<String> options, Map<String, String> environment)
      throws IOException, InterruptedException {
    Process process = launch(dir, output, options, environment);
    try {
      Awaitility.await()
          .atMost(START)
          .until(() -> Files.readString(output).contains(text) || !process.isAlive());
      if (!Files.readString(output).contains(text)) {
        throw new AssertionError("the node said something else:\n" + Files.readString(output));
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static Process launch(
      Path dir, Path output, List<String> options, Map<String, String> environment)
      throws IOException {
    return launch(List.of(), dir, output, options, environment);
  }

  private static Process launch(
      List<String> program,
      Path dir,
      Path output,
      List<String> options,
      Map<String, String> environment)
      throws IOException {
    List<String> jvm = new ArrayList<>(NodeProgram.small("512m"));
    jvm.add("-XX:+UseParallelGC");
    List<String> all = new ArrayList<>(List.of("--dir", dir.toString()));
    all.addAll(options);
    List<String> command = new ArrayList<>(program);
    command.addAll(NodeProgram.command(jvm, all));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.to(output.toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    ALIVE.add(process);
    process.onExit().thenAccept(ALIVE::remove);
    return process;
  }

  private static Optional<Matcher> ready(Process process, Path output) throws IOException {
    String text = Files.readString(output);
    Matcher matcher = READY.matcher(text);
    if (matcher.find()) {
      return Optional.of(matcher);
    }
    if (!process.isAlive()) {
      throw new AssertionError("the node ended with " + process.exitValue() + ":\n" + text);
    }
    return Optional.empty();
  }

  public long pid() {
    return process.pid();
  }

  public String http() {
    return http;
  }

  public String management() {
    return management;
  }

  public String output() throws IOException {
    return Files.readString(output);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends a signal by its short name, as STOP. */
  public void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM, without waiting. */
  public void terminate() {
    process.destroy();
  }

  /** Its exit code once it has ended, within some minutes. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the node has not ended");
    }
    return process.exitValue();
  }

  /**
   * SIGTERM; false when it has not ended within some minutes: its database may have much to write.
   */
  public boolean stop() throws InterruptedException {
    process.destroy();
    return process.waitFor(END.toSeconds(), TimeUnit.SECONDS);
  }
}
