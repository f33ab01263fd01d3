package refinery.http.crate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A crate as a reader finds it.
 *
 * @param files paths of what lies beside the metadata
 */
record Document(ObjectNode json, Set<String> files) {

  List<JsonNode> entities() {
    List<JsonNode> all = new ArrayList<>();
    json.path("@graph").forEach(all::add);
    return all;
  }

  Map<String, JsonNode> byId() {
    Map<String, JsonNode> all = new HashMap<>();
    entities().forEach(entity -> all.putIfAbsent(id(entity), entity));
    return all;
  }

  JsonNode root() {
    return byId().getOrDefault("./", json.path("none"));
  }

  JsonNode main() {
    String id = root().path("mainEntity").path("@id").asText();
    return byId().getOrDefault(id, json.path("none"));
  }

  List<JsonNode> typed(String... types) {
    return entities().stream().filter(entity -> is(entity, types)).toList();
  }

  boolean refersTo(JsonNode value, String... types) {
    JsonNode target = byId().get(value.path("@id").asText());
    return target != null && is(target, types);
  }

  /** Everything of these types that {@code hasPart} leads to from the root. */
  Set<String> parts() {
    Map<String, JsonNode> byId = byId();
    Set<String> seen = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(List.of("./"));
    while (!open.isEmpty()) {
      JsonNode entity = byId.get(open.removeLast());
      for (JsonNode part : values(entity, "hasPart")) {
        if (seen.add(part.path("@id").asText())) {
          open.add(part.path("@id").asText());
        }
      }
    }
    return seen;
  }

  static String id(JsonNode entity) {
    return entity.path("@id").asText();
  }

  static boolean is(JsonNode entity, String... types) {
    return values(entity, "@type").stream()
        .anyMatch(type -> Stream.of(types).anyMatch(type.asText()::equals));
  }

  static List<JsonNode> values(JsonNode entity, String key) {
    List<JsonNode> values = new ArrayList<>();
    JsonNode value = entity == null ? null : entity.get(key);
    if (value != null && value.isArray()) {
      value.forEach(values::add);
    } else if (value != null) {
      values.add(value);
    }
    return values;
  }
}
