package refinery.agent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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

/**
 * Asks the tools of a node for their versions, in parallel. A missing tool is left out, and logged
 * once together with what needs it.
 */
final class ToolProbe {
  private static final Logger LOG = LoggerFactory.getLogger(ToolProbe.class);
  private static final Pattern VERSION = Pattern.compile("(\\d+(?:\\.\\d+)+[\\w.-]*)");
  private static final int LONGEST = 4096;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final ProgramPath path;
  private final BaseEnvironment environment;
  private final Path directory;

  /**
   * @param directory where tools may leave files; each command runs in one of its own below it
   */
  ToolProbe(ProgramPath path, BaseEnvironment environment, Path directory) {
    this.path = path;
    this.environment = environment;
    this.directory = directory;
  }

  /** Versions by the tools' names. If programs of one name differ, all versions are listed. */
  CompletionStage<Map<String, String>> ask(List<Tool> tools, ExecutorService threads) {
    missing(tools).forEach(LOG::warn);
    List<Tool.Version> questions =
        tools.stream()
            .filter(tool -> path.find(tool.program()).isPresent())
            .flatMap(tool -> tool.version().stream())
            .distinct()
            .toList();
    Map<Tool.Version, CompletableFuture<Optional<String>>> answers = new LinkedHashMap<>();
    for (int number = 0; number < questions.size(); number++) {
      Tool.Version question = questions.get(number);
      Path own = directory.resolve(Integer.toString(number));
      answers.put(question, CompletableFuture.supplyAsync(() -> version(question, own), threads));
    }
    return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
        .thenApply(all -> byName(answers));
  }

  private static Map<String, String> byName(
      Map<Tool.Version, CompletableFuture<Optional<String>>> answers) {
    Map<String, Set<String>> versions = new TreeMap<>();
    answers.forEach(
        (question, answer) ->
            answer
                .join()
                .ifPresent(
                    version ->
                        versions
                            .computeIfAbsent(question.name(), name -> new TreeSet<>())
                            .add(version)));
    Map<String, String> byName = new TreeMap<>();
    versions.forEach((name, all) -> byName.put(name, String.join(", ", all)));
    return byName;
  }

  /** One line for each missing program: how to install it, and what needs it. */
  List<String> missing(List<Tool> tools) {
    Map<String, Set<String>> users = new TreeMap<>();
    tools.stream()
        .filter(tool -> path.find(tool.program()).isEmpty())
        .forEach(
            tool ->
                users.computeIfAbsent(tool.program(), program -> new TreeSet<>()).add(tool.user()));
    return users.entrySet().stream()
        .map(
            missing ->
                ProgramPath.missing(missing.getKey())
                    + " (needed by "
                    + String.join(", ", missing.getValue())
                    + ")")
        .toList();
  }

  private Optional<String> version(Tool.Version question, Path own) {
    String tool = question.name();
    try {
      Files.createDirectories(own);
      Path output = own.resolve("version");
      List<String> line = new ArrayList<>(question.command());
      line.set(0, path.find(line.getFirst()).orElseThrow().toString());
      if (!ends(start(tool, line, own, output))) {
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

  private Process start(String tool, List<String> line, Path own, Path output) throws IOException {
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

  /** Waits for the end; false when the process took too long and was killed. */
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

  /**
   * Finds the version among the words that tools print, as in {@code Current version: RSEM v1.3.3}.
   */
  static Optional<String> parse(String output) {
    Matcher matcher = VERSION.matcher(output);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
