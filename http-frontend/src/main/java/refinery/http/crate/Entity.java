package refinery.http.crate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import refinery.protocol.Json;

/** An entity of the graph. Its values are literals or references, so the graph stays flat. */
record Entity(ObjectNode node) {

  String id() {
    return node.get("@id").asText();
  }

  Entity put(String key, String value) {
    node.put(key, value);
    return this;
  }

  Entity put(String key, Optional<String> value) {
    value.ifPresent(text -> node.put(key, text));
    return this;
  }

  Entity put(String key, long value) {
    node.put(key, value);
    return this;
  }

  Entity put(String key, Iterable<String> values) {
    ArrayNode list = node.putArray(key);
    values.forEach(list::add);
    return this;
  }

  /** Adds a reference; one that is there already is not added again. */
  Entity refer(String key, Entity other) {
    return refer(key, other.id());
  }

  Entity refer(String key, String id) {
    ObjectNode reference = Json.MAPPER.createObjectNode().put("@id", id);
    JsonNode there = node.get(key);
    if (there == null) {
      node.set(key, reference);
    } else if (there instanceof ArrayNode list) {
      if (!contains(list, reference)) {
        list.add(reference);
      }
    } else if (!there.equals(reference)) {
      node.putArray(key).add(there).add(reference);
    }
    return this;
  }

  private static boolean contains(ArrayNode list, ObjectNode reference) {
    for (JsonNode item : list) {
      if (item.equals(reference)) {
        return true;
      }
    }
    return false;
  }
}
