package refinery.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;

/** Copies the quality report of the demonstration's runs out, and says where it is. */
final class RunsReport {
  private final NodeClient client;
  private final Path dir;

  RunsReport(NodeClient client, Path dir) {
    this.client = client;
    this.dir = dir;
  }

  /**
   * @param survey that made the report and is done
   */
  void copy(PrintWriter out, String survey) {
    client.list("/batches", Map.of("survey_id", survey, "state", "done"), 1, this::copy);
    out.println("Quality of the runs: " + dir.resolve("quality.html").toAbsolutePath());
    out.flush();
  }

  private void copy(JsonNode batch) {
    for (JsonNode artifact : batch.path("artifacts")) {
      String name = artifact.path("name").asText();
      if (name.equals("quality.html") || name.equals("quality.tsv")) {
        try (InputStream in =
            client.stream("/artifacts/" + artifact.path("sha256").asText(), false)) {
          Files.copy(in, dir.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
          throw CommandFailure.failed("cannot write " + dir.resolve(name) + ": " + e.getMessage());
        }
      }
    }
  }
}
