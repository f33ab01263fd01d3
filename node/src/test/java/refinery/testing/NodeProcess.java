package refinery.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A real node in a JVM of its own, started as the launcher starts it. */
public final class NodeProcess {
  private static final Pattern READY = Pattern.compile("(?m)^ready http=(\\S+) management=(\\S+)$");
  private static final Duration START = Duration.ofSeconds(90);

  private final Process process;
  private final Path output;
  private final String http;
  private final String management;

  private NodeProcess(Process process, Path output, Matcher ready) {
    this.process = process;
    this.output = output;
    this.http = "http://" + ready.group(1);
    this.management = "http://" + ready.group(2);
  }

  /** Starts a node on free ports and returns when it serves. */
  public static NodeProcess start(Path dir, Path output, Map<String, String> settings)
      throws IOException {
    Process process = launch(dir, output, settings);
    Matcher ready =
        Awaitility.await()
            .atMost(START)
            .until(() -> ready(process, output), Optional::isPresent)
            .orElseThrow();
    return new NodeProcess(process, output, ready);
  }

  /** Starts a node and kills it when it has written so many lines, or when it is ready. */
  public static void killWhileStarting(
      Path dir, Path output, Map<String, String> settings, int lines)
      throws IOException, InterruptedException {
    Process process = launch(dir, output, settings);
    Awaitility.await()
        .atMost(START)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () ->
                Files.readString(output).lines().count() >= lines
                    || ready(process, output).isPresent());
    process.destroyForcibly().waitFor();
  }

  private static Process launch(Path dir, Path output, Map<String, String> settings)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseParallelGC", "-Xmx512m", "-XX:TieredStopAtLevel=1"));
    if (Runtime.version().feature() >= 23) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add("--enable-native-access=ALL-UNNAMED");
    String classPath =
        Optional.ofNullable(System.getProperty("surefire.test.class.path"))
            .orElseGet(() -> System.getProperty("java.class.path"));
    command.addAll(List.of("-cp", classPath, "refinery.cli.RefineryCommand", "node"));
    command.addAll(List.of("--dir", dir.toString(), "--http", "127.0.0.1:0"));
    command.addAll(List.of("--management", "127.0.0.1:0", "--artery", "127.0.0.1:0"));
    settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.to(output.toFile()))
        .start();
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

  public String http() {
    return http;
  }

  public String management() {
    return management;
  }

  public String output() throws IOException {
    return Files.readString(output);
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM; false when it has not ended within a minute. */
  public boolean stop() throws InterruptedException {
    process.destroy();
    return process.waitFor(60, TimeUnit.SECONDS);
  }
}
