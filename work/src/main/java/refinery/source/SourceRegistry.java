package refinery.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import refinery.protocol.Json;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.catalog.Catalog.Validated;

/** Finds sources by name and checks parameters for them. Immutable, thread-safe. */
public final class SourceRegistry {
  private static final String AT = "/parameters";

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private record Entry(Source source, JsonSchema schema) {}

  public SourceRegistry(Collection<? extends Source> sources) {
    JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build();
    for (Source source : sources) {
      JsonSchema schema = factory.getSchema(source.parameterSchema(), config);
      if (entries.putIfAbsent(source.name(), new Entry(source, schema)) != null) {
        throw new IllegalArgumentException("two sources are named " + source.name());
      }
    }
  }

  /** The source of this name; empty when there is none. */
  public Optional<Source> find(String name) {
    return Optional.ofNullable(entries.get(name)).map(Entry::source);
  }

  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /** For {@code GET /sources}: name, description, default pipeline, parameters, examples. */
  public List<JsonNode> descriptions() {
    return entries.values().stream().map(entry -> description(entry.source())).toList();
  }

  private static JsonNode description(Source source) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("name", source.name());
    node.put("description", source.description());
    node.put("default_pipeline", source.defaultPipeline());
    node.set("parameters", source.parameterSchema());
    ArrayNode examples = node.putArray("examples");
    source.examples().forEach(examples::add);
    return node;
  }

  /**
   * The parameters with their defaults filled in, or all their faults with pointers into the
   * request.
   */
  public Validated<JsonNode> validate(String source, JsonNode parameters) {
    Entry entry = entries.get(source);
    if (entry == null) {
      return invalid(
          List.of(
              new Problem(
                  "/source",
                  "no source '" + source + "'; there is " + String.join(", ", names()))));
    }
    JsonNode schema = entry.source().parameterSchema();
    if (parameters == null || !parameters.isObject()) {
      return invalid(List.of(new Problem(AT, "must be an object; " + takes(entry, schema))));
    }
    Set<ValidationMessage> messages = entry.schema().validate(parameters);
    if (!messages.isEmpty()) {
      return invalid(problems(entry, messages));
    }
    ObjectNode complete = parameters.deepCopy();
    fillDefaults(complete, schema);
    List<Problem> problems =
        entry.source().problems(complete).stream()
            .map(problem -> new Problem(AT + problem.pointer(), problem.message()))
            .toList();
    return problems.isEmpty() ? new Validated.Valid<>(complete) : invalid(problems);
  }

  private static Validated<JsonNode> invalid(List<Problem> problems) {
    return new Validated.Invalid<>(problems);
  }

  /**
   * Makes one problem of all messages about one place. For the alternatives of an {@code anyOf},
   * messages about the type are dropped if there is one about the content.
   */
  private static List<Problem> problems(Entry entry, Set<ValidationMessage> messages) {
    Map<String, Set<String>> byPlace = new LinkedHashMap<>();
    Map<String, Set<String>> typesByPlace = new LinkedHashMap<>();
    for (ValidationMessage message : messages) {
      String property = Optional.ofNullable(message.getProperty()).orElse("");
      String place = AT + message.getInstanceLocation();
      boolean unknown = message.getType().equals("additionalProperties");
      boolean missing = message.getType().equals("required");
      String pointer = unknown || missing ? place + "/" + escape(property) : place;
      String text = text(entry, message, property);
      (message.getType().equals("type") ? typesByPlace : byPlace)
          .computeIfAbsent(pointer, p -> new LinkedHashSet<>())
          .add(text);
    }
    typesByPlace.forEach(
        (place, texts) -> {
          boolean explainedBelow =
              byPlace.keySet().stream()
                  .anyMatch(other -> other.equals(place) || other.startsWith(place + "/"));
          if (!explainedBelow) {
            byPlace.put(place, texts);
          }
        });
    List<Problem> problems = new ArrayList<>();
    byPlace.forEach(
        (place, texts) -> problems.add(new Problem(place, String.join("; or ", texts))));
    return problems;
  }

  private static String text(Entry entry, ValidationMessage message, String property) {
    JsonNode schema = entry.source().parameterSchema();
    boolean top = message.getInstanceLocation().getNameCount() <= 0;
    return switch (message.getType()) {
      case "additionalProperties" ->
          "unknown parameter '" + property + "'; " + (top ? takes(entry, schema) : others(message));
      case "required" -> "missing parameter '" + property + "'; " + takes(entry, schema);
      case "pattern" -> "is not of the expected form" + shown(message) + hint(schema, message);
      default -> message.getError() + hint(schema, message);
    };
  }

  private static String shown(ValidationMessage message) {
    JsonNode value = message.getInstanceNode();
    if (value == null || !value.isTextual()) {
      return "";
    }
    String text = value.asText().replaceAll("\\p{Cntrl}", " ");
    return ": '" + (text.length() <= 80 ? text : text.substring(0, 80) + "...") + "'";
  }

  /** The schema's description of the parameter. */
  private static String hint(JsonNode schema, ValidationMessage message) {
    if (message.getInstanceLocation().getNameCount() <= 0) {
      return "";
    }
    String name = message.getInstanceLocation().getName(0);
    JsonNode property = schema.path("properties").path(name);
    for (int i = 1; i < message.getInstanceLocation().getNameCount(); i++) {
      JsonNode inner = property.path("properties").path(message.getInstanceLocation().getName(i));
      property = inner.isMissingNode() ? property : inner;
    }
    String description = property.path("description").asText("");
    return description.isEmpty() ? "" : ". " + description;
  }

  private static String others(ValidationMessage message) {
    JsonNode known = message.getSchemaNode();
    return known != null && known.isObject() ? "takes " + names(known) : "see GET /sources";
  }

  private static String takes(Entry entry, JsonNode schema) {
    Set<String> required =
        StreamSupport.stream(schema.path("required").spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.toSet());
    String all =
        schema.path("properties").properties().stream()
            .map(Map.Entry::getKey)
            .map(name -> required.contains(name) ? name + " (required)" : name)
            .collect(Collectors.joining(", "));
    return "source '" + entry.source().name() + "' takes " + all;
  }

  private static String names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).collect(Collectors.joining(", "));
  }

  private static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  /**
   * Fills in the defaults of {@code properties}, also inside objects that are defaults themselves.
   */
  private static void fillDefaults(ObjectNode value, JsonNode schema) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      String name = property.getKey();
      JsonNode inner = property.getValue();
      if (!value.has(name) && inner.has("default")) {
        value.set(name, inner.get("default").deepCopy());
      }
      if (value.get(name) instanceof ObjectNode object) {
        fillDefaults(object, inner);
      }
    }
  }
}
