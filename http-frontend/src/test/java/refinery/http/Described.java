package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import refinery.protocol.Json;

/** The API as its OpenAPI document describes it. */
final class Described {
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  /** A parameter, its schema without references. */
  record Parameter(String name, String in, boolean required, JsonNode schema) {}

  /**
   * @param method in capitals
   * @param parameters those of the path included
   */
  record Operation(
      String id, String method, String template, JsonNode node, List<Parameter> parameters) {
    List<Parameter> parameters(String in) {
      return parameters.stream().filter(each -> each.in().equals(in)).toList();
    }

    @Override
    public String toString() {
      return id;
    }
  }

  private final JsonNode document;
  private final Map<JsonNode, JsonSchema> schemas = new ConcurrentHashMap<>();

  Described(JsonNode document) {
    this.document = document;
  }

  JsonNode document() {
    return document;
  }

  List<Operation> operations() {
    List<Operation> all = new ArrayList<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue().properties().stream()
                    .filter(entry -> METHODS.contains(entry.getKey()))
                    .forEach(
                        entry ->
                            all.add(
                                operation(
                                    path.getKey(),
                                    path.getValue(),
                                    entry.getKey(),
                                    entry.getValue()))));
    return all;
  }

  private Operation operation(String template, JsonNode path, String method, JsonNode node) {
    List<Parameter> parameters = new ArrayList<>();
    for (JsonNode list : List.of(path.path("parameters"), node.path("parameters"))) {
      for (JsonNode each : list) {
        JsonNode one = resolve(each);
        parameters.add(
            new Parameter(
                one.path("name").asText(),
                one.path("in").asText(),
                one.path("required").asBoolean(),
                resolve(one.path("schema"))));
      }
    }
    return new Operation(
        node.path("operationId").asText(),
        method.toUpperCase(Locale.ROOT),
        template,
        node,
        List.copyOf(parameters));
  }

  Operation operation(String id) {
    return operations().stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
  }

  static Set<String> query(Operation operation) {
    Set<String> names = new TreeSet<>();
    operation.parameters("query").forEach(each -> names.add(each.name()));
    return names;
  }

  /** The description of this answer; missing if there is none. */
  JsonNode response(Operation operation, int status) {
    return resolve(operation.node().path("responses").path(Integer.toString(status)));
  }

  /** What is at the end of a reference, or the node itself. */
  JsonNode resolve(JsonNode node) {
    String reference = node.path("$ref").asText();
    return reference.isEmpty() ? node : resolve(document.at(reference.substring(1)));
  }

  /** The examples of a media type. */
  List<JsonNode> examples(JsonNode media) {
    List<JsonNode> all = new ArrayList<>();
    if (media.has("example")) {
      all.add(media.path("example"));
    }
    media.path("examples").forEach(each -> all.add(resolve(each).path("value")));
    return all;
  }

  /** What does not fit the schema. */
  List<String> violations(JsonNode schema, JsonNode value) {
    return schemas.computeIfAbsent(schema, this::compiled).validate(value).stream()
        .map(Object::toString)
        .toList();
  }

  private JsonSchema compiled(JsonNode schema) {
    ObjectNode whole = Json.MAPPER.createObjectNode();
    whole.set("components", document.path("components"));
    whole.putArray("allOf").add(schema);
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(whole);
  }
}
