package refinery.http.crate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import refinery.protocol.Json;

/** A flattened JSON-LD graph in the order in which its entities were added. For one use. */
final class Graph {
  private static final String TERMS = "urn:refinery:term:";

  /** Keys that neither context has. */
  private static final List<String> OWN =
      List.of("command", "exitCode", "attempt", "checks", "deliveredFrom");

  private final Map<String, Entity> entities = new LinkedHashMap<>();

  /** The entity of this id; a new one gets these types. */
  Entity entity(String id, String... types) {
    return entities.computeIfAbsent(
        id,
        absent -> {
          ObjectNode node = Json.MAPPER.createObjectNode().put("@id", id);
          if (types.length == 1) {
            node.put("@type", types[0]);
          } else {
            node.set("@type", Json.MAPPER.valueToTree(types));
          }
          return new Entity(node);
        });
  }

  boolean has(String id) {
    return entities.containsKey(id);
  }

  ObjectNode document() {
    ObjectNode document = Json.MAPPER.createObjectNode();
    ArrayNode context = document.putArray("@context");
    context.add("https://w3id.org/ro/crate/1.1/context");
    context.add("https://w3id.org/ro/terms/workflow-run/context");
    ObjectNode own = context.addObject();
    OWN.forEach(term -> own.put(term, TERMS + term));
    ArrayNode graph = document.putArray("@graph");
    entities.values().forEach(entity -> graph.add(entity.node()));
    return document;
  }

  /** The URI of a quantity that Refinery measures. */
  static String term(String name) {
    return TERMS + name;
  }
}
