package refinery.client.crate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.Json;

/** The metadata of a batch's crate. What it lacks is empty; it may come from anywhere. */
public final class CrateDocument {
  private static final String REPRODUCES = "reproduces";

  private final Map<String, JsonNode> entities = new HashMap<>();

  public CrateDocument(JsonNode metadata) {
    metadata
        .path("@graph")
        .forEach(entity -> entities.putIfAbsent(entity.path("@id").asText(), entity));
  }

  /**
   * A file that the pipeline made.
   *
   * @param id its path in the crate, or its address
   * @param sha256 of its bytes
   * @param bytes how many
   */
  public record Output(String name, String id, String sha256, long bytes) {}

  /** The batch's id. */
  public Optional<String> batch() {
    return text(target(root().path("identifier")), "value");
  }

  /** What the survey asked that found it, as {@code POST /surveys} takes it. */
  public Optional<JsonNode> request() {
    return text(entity("#request"), "value").flatMap(CrateDocument::parsed);
  }

  /** The files that the pipeline made, by name. */
  public Map<String, Output> outputs() {
    Map<String, Output> outputs = new TreeMap<>();
    for (JsonNode parameter : targets(workflow().path("output"))) {
      for (JsonNode file : targets(parameter.path("workExample"))) {
        String name = parameter.path("name").asText();
        outputs.put(
            name,
            new Output(
                name,
                file.path("@id").asText(),
                file.path("sha256").asText(),
                file.path("contentSize").asLong(-1)));
      }
    }
    return outputs;
  }

  /** Everything that decides the result, by its name. */
  public Map<String, String> conditions() {
    Map<String, String> all = new TreeMap<>();
    for (JsonNode parameter : targets(workflow().path("input"))) {
      String name = parameter.path("name").asText();
      if (!name.equals(REPRODUCES)) {
        all.put("input " + name, values(parameter));
      }
    }
    text(workflow(), "version").ifPresent(version -> all.put("pipeline version", version));
    text(entity("#fact-pipeline_sha256"), "value")
        .or(() -> text(workflow(), "sha256"))
        .ifPresent(digest -> all.put("pipeline file", "sha256 " + digest));
    text(entity("#refinery"), "softwareVersion").ifPresent(version -> all.put("Refinery", version));
    for (JsonNode action : entities.values()) {
      if (action.path("@id").asText().matches("#job-.*/step-[0-9]+")) {
        String step = action.path("name").asText();
        all.put("tool of " + step, tool(target(action.path("instrument"))));
        for (JsonNode check : action.path("checks")) {
          if (check.asText().startsWith("sha-256 ")) {
            all.put(step, check.asText());
          }
        }
      }
    }
    return all;
  }

  private String values(JsonNode parameter) {
    List<String> all = new ArrayList<>();
    for (JsonNode value : targets(parameter.path("workExample"))) {
      for (String key : List.of("value", "sha256", "md5", "contentSize")) {
        text(value, key).ifPresent(text -> all.add(key.equals("value") ? text : key + " " + text));
      }
    }
    return String.join(", ", all);
  }

  private static String tool(JsonNode tool) {
    String version = tool.path("softwareVersion").asText();
    boolean ours = tool.path("@id").asText().equals("#refinery");
    return (tool.path("name").asText() + (ours ? "" : " " + version)).strip();
  }

  private JsonNode root() {
    return entity("./");
  }

  private JsonNode workflow() {
    return target(root().path("mainEntity"));
  }

  private JsonNode entity(String id) {
    return entities.getOrDefault(id, MissingNode.getInstance());
  }

  private JsonNode target(JsonNode reference) {
    return entity(reference.path("@id").asText());
  }

  private List<JsonNode> targets(JsonNode references) {
    List<JsonNode> all = new ArrayList<>();
    if (references.isArray()) {
      references.forEach(reference -> all.add(target(reference)));
    } else if (references.isObject()) {
      all.add(target(references));
    }
    return all;
  }

  private static Optional<String> text(JsonNode entity, String key) {
    return Optional.ofNullable(entity.path(key).textValue());
  }

  private static Optional<JsonNode> parsed(String text) {
    try {
      return Optional.of(Json.MAPPER.readTree(text)).filter(JsonNode::isObject);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
