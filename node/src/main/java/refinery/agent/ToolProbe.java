package refinery.agent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The versions of the tools on this node's PATH, asked in parallel; a missing tool is left out. */
final class ToolProbe {
  private static final Logger LOG = LoggerFactory.getLogger(ToolProbe.class);
  private static final Pattern VERSION = Pattern.compile("(\\d+(?:\\.\\d+)+[\\w.-]*)");
  private static final int LONGEST = 4096;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Salmon would otherwise ask the network for a newer version. */
  private static final Map<String, List<String>> COMMANDS =
      Map.of(
          "salmon", List.of("salmon", "--no-version-check", "--version"),
          "kallisto", List.of("kallisto", "version"),
          "rsem", List.of("rsem-calculate-expression", "--version"),
          "samtools", List.of("samtools", "--version"),
          "sra-tools", List.of("fasterq-dump", "--version"),
          "fasterq-dump", List.of("fasterq-dump", "--version"));

  private ToolProbe() {}

  static CompletionStage<Map<String, String>> ask(
      ProgramPath path, BaseEnvironment environment, Path directory, ExecutorService threads) {
    Map<String, CompletableFuture<Optional<String>>> asked = new TreeMap<>();
    COMMANDS.forEach(
        (tool, command) ->
            asked.put(
                tool,
                CompletableFuture.supplyAsync(
                    () -> version(tool, command, path, environment, directory), threads)));
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
        .thenApply(
            all -> {
              Map<String, String> known = new TreeMap<>();
              asked.forEach(
                  (tool, answer) -> answer.join().ifPresent(text -> known.put(tool, text)));
              return known;
            });
  }

  private static Optional<String> version(
      String tool,
      List<String> command,
      ProgramPath path,
      BaseEnvironment environment,
      Path directory) {
    Optional<Path> program = path.find(command.getFirst());
    if (program.isEmpty()) {
      return Optional.empty();
    }
    try {
      Path own = Files.createDirectories(directory.resolve(tool));
      Path output = own.resolve("version");
      List<String> line = new ArrayList<>(command);
      line.set(0, program.get().toString());
      if (!ends(start(tool, line, environment, own, output))) {
        LOG.warn("{} did not tell its version within {}", tool, LIMIT);
        return Optional.empty();
      }
      try (InputStream in = Files.newInputStream(output)) {
        return parse(new String(in.readNBytes(LONGEST), StandardCharsets.ISO_8859_1));
      }
    } catch (IOException | ExecutionException e) {
      LOG.warn("{} does not tell its version: {}", tool, e.getMessage());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static Process start(
      String tool, List<String> line, BaseEnvironment environment, Path own, Path output)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line).directory(own.toFile());
    builder.environment().clear();
    for (String variable : environment.variables(own, "tools/" + tool, 0, Map.of())) {
      int equals = variable.indexOf('=');
      builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return builder
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  /** Waits; false when it took too long and was killed. */
  private static boolean ends(Process process) throws ExecutionException, InterruptedException {
    try {
      process.onExit().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      return false;
    }
  }

  /** All of them print words, then the version: {@code Current version: RSEM v1.3.3}. */
  static Optional<String> parse(String output) {
    Matcher matcher = VERSION.matcher(output);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
