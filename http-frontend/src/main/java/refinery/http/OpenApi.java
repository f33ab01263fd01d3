package refinery.http;

import akka.http.javadsl.model.ContentTypes;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import refinery.http.access.Scope;
import refinery.protocol.Json;

/**
 * Serves the OpenAPI document as JSON. It is written by hand in {@code openapi.yaml}; what follows
 * from the kind of an endpoint (the errors that all of its kind have, the scope of the caller) is
 * added here, and so are the examples of {@code openapi-examples.yaml}. SnakeYAML reads both,
 * because Jackson does not resolve aliases.
 */
final class OpenApi {
  private static final List<String> PATHS = List.of("/api/v1/openapi.json", "/openapi.json");
  private static final String SCHEMAS = "#/components/schemas/";
  private static final String REFERENCE = "$ref";
  private static final String RESPONSES = "responses";
  private static final String CONTENT = "content";
  private static final String EXAMPLE = "example";
  private static final String SECURITY = "security";

  private final ObjectNode document = read("openapi.yaml");
  private final ObjectNode examples = read("openapi-examples.yaml");

  private OpenApi() {}

  /** These endpoints and those that serve the description of all. */
  static List<Endpoint> describing(List<Endpoint> endpoints, String version) {
    List<Endpoint> all = new ArrayList<>(endpoints);
    CompletableFuture<ByteString> text = new CompletableFuture<>();
    for (String path : PATHS) {
      all.add(
          Endpoint.get(
              path,
              exchange ->
                  text.thenApply(
                      bytes -> Responses.respond(200, ContentTypes.APPLICATION_JSON, bytes))));
    }
    text.complete(Responses.bytes(document(all, version)));
    return List.copyOf(all);
  }

  static ObjectNode document(List<Endpoint> endpoints, String version) {
    return new OpenApi().completed(endpoints, version);
  }

  private ObjectNode completed(List<Endpoint> endpoints, String version) {
    document.withObject("/info").put("version", version);
    ObjectNode shared = document.withObject("/components").putObject("examples");
    examples
        .path("schemas")
        .properties()
        .forEach(each -> shared.putObject(each.getKey()).set("value", each.getValue()));
    for (Endpoint endpoint : endpoints) {
      JsonNode operation =
          document
              .path("paths")
              .path(endpoint.template())
              .path(endpoint.method().toLowerCase(java.util.Locale.ROOT));
      if (operation instanceof ObjectNode found) {
        errors(found, endpoint);
        secured(found, endpoint);
        exemplify(found);
      }
    }
    exemplifyParameters();
    document.withObject("/components/responses").remove("Problem");
    return document;
  }

  /** Replaces {@code default} by the errors of this kind of endpoint, in the order of statuses. */
  private static void errors(ObjectNode operation, Endpoint endpoint) {
    Map<String, JsonNode> all = new TreeMap<>();
    OpenApiErrors.of(endpoint)
        .forEach(
            (status, name) ->
                all.put(
                    status,
                    Json.MAPPER
                        .createObjectNode()
                        .put(REFERENCE, "#/components/responses/" + name)));
    operation
        .path(RESPONSES)
        .properties()
        .forEach(each -> all.put(each.getKey(), each.getValue().deepCopy()));
    all.remove("default");
    operation.putObject(RESPONSES).setAll(all);
  }

  /** Names the scope that the caller needs, in each way in which he may be known. */
  private void secured(ObjectNode operation, Endpoint endpoint) {
    if (endpoint.scope() == Scope.NONE) {
      return;
    }
    JsonNode ways = (operation.has(SECURITY) ? operation : document).path(SECURITY).deepCopy();
    for (JsonNode way : ways) {
      way.forEach(scopes -> ((ArrayNode) scopes).add(endpoint.scope().word()));
    }
    operation.set(SECURITY, ways);
  }

  private void exemplify(ObjectNode operation) {
    JsonNode own = examples.path("operations").path(operation.path("operationId").asText());
    exemplify(operation.at("/requestBody/content"), own.path("request"));
    operation
        .path(RESPONSES)
        .properties()
        .forEach(
            each ->
                exemplify(each.getValue().path(CONTENT), own.path("answers").path(each.getKey())));
  }

  /** Gives each parameter that is any text an example. */
  private void exemplifyParameters() {
    for (JsonNode found : document.findParents("in")) {
      JsonNode example =
          examples
              .path("parameters")
              .path(found.path("in").asText())
              .path(found.path("name").asText());
      if (found instanceof ObjectNode parameter
          && !example.isMissingNode()
          && parameter.path("schema").path("type").asText().equals("string")
          && !parameter.path("schema").has("enum")
          && !parameter.has(EXAMPLE)) {
        parameter.set(EXAMPLE, example);
      }
    }
  }

  /** Gives each media type the example, or else that of its schema. */
  private void exemplify(JsonNode content, JsonNode example) {
    for (JsonNode media : content) {
      String schema = media.path("schema").path(REFERENCE).asText().replace(SCHEMAS, "");
      if (!(media instanceof ObjectNode target) || target.has(EXAMPLE)) {
        continue;
      }
      if (!example.isMissingNode()) {
        target.set(EXAMPLE, example);
      } else if (examples.path("schemas").has(schema)) {
        target
            .putObject("examples")
            .putObject(EXAMPLE)
            .put(REFERENCE, "#/components/examples/" + schema);
      }
    }
  }

  private static ObjectNode read(String name) {
    try (InputStream in = OpenApi.class.getResourceAsStream("/refinery/http/" + name)) {
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      Object tree = new Yaml(new SafeConstructor(options)).load(in);
      return Json.MAPPER.<ObjectNode>valueToTree(tree).deepCopy();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " in the program's jar is unreadable", e);
    }
  }
}
