package refinery.http.crate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The terms of the published contexts, kept beside the tests. */
final class Terms {
  private static final Map<String, String> FILES =
      Map.of(
          "https://w3id.org/ro/crate/1.1/context", "ro-crate-1.1.terms",
          "https://w3id.org/ro/terms/workflow-run/context", "workflow-run.terms");
  private static final Map<String, Set<String>> READ = new ConcurrentHashMap<>();

  private Terms() {}

  static Set<String> of(String context) {
    return FILES.containsKey(context)
        ? READ.computeIfAbsent(FILES.get(context), Terms::read)
        : Set.of();
  }

  private static Set<String> read(String file) {
    try (InputStream in = Terms.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
