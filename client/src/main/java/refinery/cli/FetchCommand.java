package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.NodeClient;

/**
 * Copies artifacts out, each batch into a folder of its own. Every file is written under a staging
 * name, verified by its SHA-256 and renamed; what is there already is left alone.
 */
@Command(name = "fetch", description = "Copy the artifacts of a batch or survey out, verified.")
final class FetchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final Connection connection = new Connection();

  @Parameters(paramLabel = "BATCH|SURVEY", description = "The id of a batch or of a survey.")
  private String id = "";

  @Option(names = "--to", paramLabel = "DIR", required = true, description = "Target folder.")
  private Path target = Path.of(".");

  @Override
  public Integer call() {
    Resource resource = Resource.of(id).require(id, "batch", "survey");
    NodeClient client = connection.client();
    VerifiedFiles files = new VerifiedFiles(client, spec.commandLine().getOut());
    if (resource.kind().equals("batch")) {
      batch(files, client.get(resource.path()));
    } else {
      client.get(resource.path());
      Map<String, String> filter = Map.of("survey_id", id, "state", "done");
      client.list("/batches", filter, Long.MAX_VALUE, batch -> batch(files, batch));
    }
    files.say();
    return 0;
  }

  private void batch(VerifiedFiles files, JsonNode batch) {
    Path folder = target.resolve(folder(batch));
    Set<String> names = new HashSet<>();
    for (JsonNode artifact : batch.path("artifacts")) {
      String name = unique(safe(artifact.path("name").asText()), names);
      files.copy(artifact, folder.resolve(name));
    }
  }

  /** The key, readable, and enough of the id to tell equal keys apart. */
  static String folder(JsonNode batch) {
    String body = batch.path("id").asText().replaceFirst("^batch-", "");
    return safe(batch.path("key").asText() + "-" + body.substring(0, Math.min(8, body.length())));
  }

  /** A file name without separators, control characters or a leading dot. */
  static String safe(String name) {
    String safe = name.replaceAll("[^A-Za-z0-9._+-]", "_").replaceFirst("^\\.+", "_");
    return safe.isEmpty() ? "_" : safe.substring(0, Math.min(150, safe.length()));
  }

  /** A second file of the same name gets a number; names differ even where case does not count. */
  static String unique(String name, Set<String> taken) {
    String candidate = name;
    for (int i = 2; !taken.add(candidate.toLowerCase(Locale.ROOT)); i++) {
      candidate = i + "-" + name;
    }
    return candidate;
  }
}
