package refinery.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import refinery.files.ToolWords;
import refinery.protocol.Json;

/** Reads small JSON files that tools write, at most 64 MiB. */
final class JsonFile {
  private static final long LARGEST = 64L << 20;

  private JsonFile() {}

  static JsonNode read(Path file) throws IOException, StepFailure {
    if (!Files.isRegularFile(file) || Files.size(file) == 0) {
      throw StepFailure.cutShort(file.getFileName() + " is missing or empty");
    }
    if (Files.size(file) > LARGEST) {
      throw StepFailure.permanent(file.getFileName() + " is larger than " + LARGEST + " bytes");
    }
    try {
      return Json.MAPPER.readTree(ToolWords.of(file));
    } catch (JsonProcessingException e) {
      throw StepFailure.cutShort(file.getFileName() + " is not JSON: " + e.getOriginalMessage());
    }
  }

  static long number(Path file, JsonNode node, String name) throws StepFailure {
    JsonNode value = node.path(name);
    if (!value.isNumber()) {
      throw StepFailure.permanent(file.getFileName() + " does not state " + name);
    }
    return value.asLong();
  }
}
