package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;
import refinery.agent.ProgramPath;

/**
 * The versions of this node's tools, each asked for once, and again when its program's file has
 * changed. Thread-safe.
 */
final class ToolVersions {
  private static final Pattern VERSION = Pattern.compile("\\d+(?:\\.\\d+)+[A-Za-z0-9.-]*");
  private static final int LONGEST = 4096;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  /** By the command that prints the version, as two pipelines may use one name for two programs. */
  private final Map<List<String>, Known> known = new ConcurrentHashMap<>();

  private final ProgramPath path = ProgramPath.ofSystem();

  /**
   * @param file what the program's file was when it was asked
   */
  private record Known(String file, String version) {}

  /**
   * Name and version, such as {@code salmon 1.10.1}; the name alone if the tool tells no version.
   */
  String of(String tool, List<String> command, Attempt attempt, Path directory)
      throws IOException, InterruptedException {
    String file = file(command.getFirst());
    Known cached = known.get(command);
    if (cached != null && cached.file().equals(file)) {
      return cached.version();
    }
    Path said = Files.createTempFile(directory, "version", ".txt");
    attempt.execute(
        new ProcessRequest(command, Map.of(), directory, Optional.of(said), said, LIMIT, LIMIT));
    Matcher matcher = VERSION.matcher(LastWords.end(said, LONGEST));
    Files.delete(said);
    if (!matcher.find()) {
      return tool;
    }
    String version = tool + " " + matcher.group();
    known.put(List.copyOf(command), new Known(file, version));
    return version;
  }

  /** Where a program's file is, its size and its time: other ones are another program. */
  private String file(String program) throws IOException {
    Optional<Path> found = path.find(program);
    if (found.isEmpty()) {
      return "";
    }
    Path real = found.get().toRealPath();
    BasicFileAttributes of = Files.readAttributes(real, BasicFileAttributes.class);
    return real + " " + of.size() + " " + of.lastModifiedTime();
  }
}
