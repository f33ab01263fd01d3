package refinery.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import refinery.client.CommandFailure;
import refinery.protocol.Json;

/**
 * The words of a command as a request for a dataset: {@code field=value} is a field, {@code
 * query.KEY=value} a key of the query, anything else a sample. The node checks what they say.
 */
final class DatasetWords {
  private static final Set<String> LISTS = Set.of("values", "formats");
  private static final String QUERY = "query.";

  private DatasetWords() {}

  /**
   * @param samples a file of samples, one a line
   */
  static ObjectNode request(ObjectNode request, List<String> words, List<Path> samples) {
    ArrayNode named = Json.MAPPER.createArrayNode();
    for (String word : words) {
      int sign = word.indexOf('=');
      if (sign < 0) {
        named.add(word);
      } else {
        field(request, word.substring(0, sign), word.substring(sign + 1));
      }
    }
    samples.forEach(file -> lines(file).forEach(named::add));
    if (!named.isEmpty()) {
      request.set("samples", named);
    }
    return request;
  }

  private static void field(ObjectNode request, String name, String value) {
    if (name.startsWith(QUERY)) {
      request.withObjectProperty("query").put(name.substring(QUERY.length()), value);
    } else if (LISTS.contains(name)) {
      ArrayNode list = request.putArray(name);
      List.of(value.split(",")).forEach(list::add);
    } else {
      request.put(name.equals("survey") ? "survey_id" : name, value);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw CommandFailure.usage("cannot read " + file + ": " + e.getMessage());
    }
  }
}
