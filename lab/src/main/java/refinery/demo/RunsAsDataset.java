package refinery.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Terminal;
import refinery.protocol.Json;

/** The dataset of the demonstration's runs, as files that a person can open. */
record RunsAsDataset(NodeClient client, Path dir) {
  private static final long LONGEST = TimeUnit.MINUTES.toNanos(2);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Set<String> ENDED = Set.of("done", "failed", "cancelled");

  /** Makes it, or finds it again, and returns the lines to print. */
  List<String> of(String survey) throws IOException {
    ObjectNode request = Json.MAPPER.createObjectNode();
    request.put("survey_id", survey).put("aggregate", "species");
    request.putArray("formats").add("tsv.gz").add("mtx");
    JsonNode dataset = client.post("/datasets", request, Optional.empty());
    String path = "/datasets/" + dataset.path("id").asText();
    long begin = System.nanoTime();
    while (!ENDED.contains(dataset.path("state").asText()) && System.nanoTime() - begin < LONGEST) {
      Terminal.pause(LOOK);
      dataset = client.get(path);
    }
    if (!dataset.path("state").asText().equals("done")) {
      throw CommandFailure.failed(
          "the dataset is %s: %s"
              .formatted(dataset.path("state").asText(), dataset.path("reason").asText()));
    }
    Path files = dir.resolve("dataset.zip");
    Path crate = dir.resolve("dataset.crate.zip");
    save(path + "/archive", files);
    save("/batches/" + dataset.path("batch_id").asText() + "/crate", crate);
    return List.of(
        "Dataset of %d runs, a matrix for each of %d indices: %s"
            .formatted(
                dataset.path("samples").path("taken").asInt(),
                dataset.path("matrices").size(),
                files),
        "How it was made (RO-Crate): " + crate);
  }

  private void save(String path, Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (InputStream in = client.stream(path, false)) {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
