package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/** Values that fit a schema, and values that hardly ever do. */
final class RandomJson {
  private static final int DEEPEST = 6;
  private static final JsonNodeFactory MAKE = JsonNodeFactory.instance;

  /** Words that mean something to the API, so that requests get beyond its first checks. */
  private static final List<String> WORDS =
      List.of(
          "ena",
          "PRJNA1",
          "salmon-quant",
          "command",
          "UTC",
          "30 2 * * *",
          "nightly",
          "SRR1",
          "all",
          "homo_sapiens",
          "batch-one",
          "a",
          "x".repeat(100),
          "Ünïcödé 试验",
          "2026-01-02T03:04:05Z");

  static final List<String> ODD =
      List.of(
          "",
          " ",
          "\u0000",
          "a\u0000b",
          "\u202e\ud83d\udca9",
          "' OR 1=1 --",
          "../../etc/passwd",
          "<script>alert(1)</script>",
          "%00",
          "${jndi:ldap://x}",
          "x".repeat(2_000),
          "-1",
          "1e400",
          "99999999999999999999999999",
          "٣",
          "null",
          "\r\nX-Evil: 1");

  private final Random random;
  private final Described described;

  RandomJson(Random random, Described described) {
    this.random = random;
    this.described = described;
  }

  <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  boolean chance(double of) {
    return random.nextDouble() < of;
  }

  JsonNode fitting(JsonNode schema) {
    return fitting(schema, 0);
  }

  private JsonNode fitting(JsonNode given, int depth) {
    JsonNode schema = described.resolve(given);
    if (schema.has("enum")) {
      return element(schema.path("enum"));
    }
    if (schema.has("oneOf")) {
      return fitting(element(schema.path("oneOf")), depth);
    }
    return switch (type(schema)) {
      case "object" -> object(schema, depth);
      case "array" -> array(schema, depth);
      case "integer", "number" -> MAKE.numberNode(number(schema));
      case "boolean" -> MAKE.booleanNode(random.nextBoolean());
      case "string" -> MAKE.textNode(text(schema));
      case "null" -> MAKE.nullNode();
      default -> depth > DEEPEST ? MAKE.nullNode() : odd(depth + 1);
    };
  }

  private String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    return type.isArray() ? element(type).asText() : type.asText();
  }

  private JsonNode element(JsonNode array) {
    return array.get(random.nextInt(array.size()));
  }

  private JsonNode object(JsonNode schema, int depth) {
    ObjectNode made = MAKE.objectNode();
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(each -> required.add(each.asText()));
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      if (required.contains(property.getKey()) || (depth < DEEPEST && chance(0.3))) {
        made.set(property.getKey(), fitting(property.getValue(), depth + 1));
      }
    }
    if (schema.path("additionalProperties").isObject() && chance(0.6)) {
      made.set("k" + random.nextInt(9), fitting(schema.path("additionalProperties"), depth + 1));
    }
    if (!schema.has("properties") && !schema.has("additionalProperties") && chance(0.8)) {
      made.put("accession", one(WORDS));
    }
    return made;
  }

  private JsonNode array(JsonNode schema, int depth) {
    ArrayNode made = MAKE.arrayNode();
    int least = schema.path("minItems").asInt();
    int most = Math.min(schema.path("maxItems").asInt(3), least + 3);
    for (int i = random.nextInt(least, most + 1); i > 0; i--) {
      made.add(fitting(schema.path("items"), depth + 1));
    }
    return made;
  }

  private long number(JsonNode schema) {
    long least = schema.path("minimum").asLong(0);
    long most = schema.path("maximum").asLong(least + 1_000);
    return one(List.of(least, most, random.nextLong(least, most + 1)));
  }

  private String text(JsonNode schema) {
    if (schema.has("pattern")) {
      Pattern pattern = Pattern.compile(schema.path("pattern").asText());
      return WORDS.stream()
          .filter(word -> pattern.matcher(word).find())
          .findFirst()
          .orElse("a".repeat(64));
    }
    return chance(0.9) ? one(WORDS) : one(ODD);
  }

  /** Any value. */
  JsonNode odd(int depth) {
    return switch (random.nextInt(depth > DEEPEST ? 6 : 8)) {
      case 0 -> MAKE.textNode(one(ODD));
      case 1 -> MAKE.numberNode(random.nextLong());
      case 2 -> MAKE.numberNode(one(List.of(-1.5, 1e308, 0.1)));
      case 3 -> MAKE.booleanNode(random.nextBoolean());
      case 4 -> MAKE.nullNode();
      case 5 -> MAKE.numberNode(new java.math.BigInteger("9".repeat(40)));
      case 6 -> MAKE.objectNode().set(one(WORDS), odd(depth + 1));
      default -> MAKE.arrayNode().add(odd(depth + 1)).add(odd(depth + 1));
    };
  }

  /** A copy that differs at one place: a field lacks, is new, or has another value. */
  JsonNode spoiled(JsonNode value) {
    if (!(value instanceof ObjectNode object) || chance(0.1)) {
      return odd(0);
    }
    ObjectNode copy = object.deepCopy();
    List<String> names = new ArrayList<>();
    copy.fieldNames().forEachRemaining(names::add);
    if (names.isEmpty() || chance(0.2)) {
      return copy.set(one(ODD), odd(0));
    }
    String name = one(names);
    if (copy.get(name) instanceof ObjectNode inner && chance(0.6)) {
      return copy.set(name, spoiled(inner));
    }
    if (chance(0.3)) {
      copy.remove(name);
      return copy;
    }
    return copy.set(name, odd(0));
  }
}
