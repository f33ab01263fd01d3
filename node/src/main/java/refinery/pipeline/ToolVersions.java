package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;

/** The versions of this node's tools, asked once each. Thread-safe. */
final class ToolVersions {
  private static final Pattern VERSION = Pattern.compile("\\d+(?:\\.\\d+)+[A-Za-z0-9.-]*");
  private static final int LONGEST = 4096;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Map<String, String> known = new ConcurrentHashMap<>();

  /** {@code salmon 1.10.1}; the name alone when the tool does not say. */
  String of(String tool, List<String> command, Attempt attempt, Path directory)
      throws IOException, InterruptedException {
    String cached = known.get(tool);
    if (cached != null) {
      return cached;
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
    known.put(tool, version);
    return version;
  }
}
