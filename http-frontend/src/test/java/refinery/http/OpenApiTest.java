package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchState;

/** Holds the OpenAPI document and the routes together: neither has what the other lacks. */
class OpenApiTest {
  private static final Map<String, String> BODIES =
      Map.of(
          "createDataset", "{\"samples\":[\"SRR1\",\"SRR2\"]}",
          "createSurvey", "{\"source\":\"ena\",\"parameters\":{\"accession\":\"PRJNA1\"}}",
          "createSchedule",
              "{\"name\":\"nightly\",\"cron\":\"30 2 * * *\",\"timezone\":\"UTC\",\"survey\":"
                  + "{\"source\":\"ena\",\"parameters\":{\"accession\":\"PRJNA1\"}}}",
          "changeSchedule", "{\"paused\":true}",
          "createJobs", "{\"pipeline\":\"command\",\"command\":[\"/bin/true\"]}",
          "prioritizeSurvey", "{\"priority\":7}",
          "prioritizeJob", "{\"priority\":7}",
          "resumeSurvey", "{\"input\":{\"take\":\"all\"}}");

  private static TestNode node;
  private static JsonNode document;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode("");
    node.rows.batches.put(
        FakeDatasets.ID.batch(), Samples.dataset(FakeDatasets.ID, BatchState.DONE));
    document = TestNode.json(node.get("/api/v1/openapi.json"));
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @Test
  void everyRouteIsDescribedWithItsParametersAndNoOther() {
    Set<String> routes = new TreeSet<>();
    for (Endpoint endpoint : HttpFrontend.endpoints(node.system, node.services(), node.config)) {
      routes.add(
          endpoint.method() + " " + endpoint.template() + " " + new TreeSet<>(endpoint.query()));
    }
    Set<String> described = new TreeSet<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                operations(path.getValue())
                    .forEach(
                        operation ->
                            described.add(
                                operation.getKey().toUpperCase(Locale.ROOT)
                                    + " "
                                    + path.getKey()
                                    + " "
                                    + query(operation.getValue()))));
    assertThat(described).isEqualTo(routes);
  }

  @Test
  void everyAnswerIsAsDescribed() throws Exception {
    String survey =
        TestNode.json(node.post("/api/v1/surveys", BODIES.get("createSurvey"))).path("id").asText();
    node.post("/api/v1/schedules", BODIES.get("createSchedule"));
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : operations(path.getValue())) {
        wrong.addAll(check(path.getKey(), operation, survey));
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static List<String> check(
      String template, Map.Entry<String, JsonNode> operation, String survey) throws Exception {
    String name = operation.getValue().path("operationId").asText();
    String path =
        template.replace("{id}", id(template, name, survey)).replace("{name}", "nightly")
            + (name.equals("sliceDataset") ? "?genes=g1" : "");
    if (name.equals("readEvents")) {
      var head = node.send(node.request(path).HEAD());
      return head.statusCode() == 200 ? List.of() : List.of(name + ": " + head.statusCode());
    }
    HttpResponse<String> response =
        operation.getKey().equals("get")
            ? node.get(path)
            : operation.getKey().equals("post")
                ? node.post(path, BODIES.getOrDefault(name, ""))
                : node.send(
                    node.request(path)
                        .header("Content-Type", "application/json")
                        .method(
                            operation.getKey().toUpperCase(Locale.ROOT),
                            BodyPublishers.ofString(BODIES.getOrDefault(name, ""))));
    boolean problem = name.equals("resumeSurvey");
    String status = Integer.toString(response.statusCode());
    JsonNode responses = operation.getValue().path("responses");
    if (!responses.has(status) && !problem) {
      return List.of(name + " answered " + status + ": " + response.body());
    }
    JsonNode described = resolve(problem ? responses.path("default") : responses.path(status));
    String type = response.headers().firstValue("Content-Type").orElse("").split(";")[0].strip();
    JsonNode content = described.path("content");
    if (content.isMissingNode() && response.body().isEmpty()) {
      return List.of();
    }
    if (!content.has(type) && !content.has("*/*")) {
      return List.of(name + " answered with " + type);
    }
    JsonNode schema = content.path(type).path("schema");
    if (!type.endsWith("json") || schema.isMissingNode()) {
      return List.of();
    }
    return violations(schema, TestNode.json(response)).stream()
        .map(message -> name + ": " + message)
        .toList();
  }

  private static List<String> violations(JsonNode schema, JsonNode body) {
    ObjectNode whole = Json.MAPPER.createObjectNode();
    whole.set("components", document.path("components"));
    whole.putArray("allOf").add(schema);
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(whole)
        .validate(body)
        .stream()
        .map(Object::toString)
        .toList();
  }

  private static String id(String template, String operation, String survey) {
    if (template.contains("/surveys/")) {
      return survey;
    }
    if (template.contains("/datasets/")) {
      return FakeDatasets.ID.value();
    }
    if (template.contains("/batches/")) {
      return "batch-one";
    }
    if (template.contains("/nodes/")) {
      return "node-a";
    }
    if (template.contains("/artifacts/")) {
      return Samples.QUANT;
    }
    return operation.equals("retryJob") ? "job-failed" : "job-done";
  }

  private static List<Map.Entry<String, JsonNode>> operations(JsonNode path) {
    return path.properties().stream()
        .filter(entry -> Set.of("get", "post", "put", "patch", "delete").contains(entry.getKey()))
        .toList();
  }

  private static Set<String> query(JsonNode operation) {
    Set<String> names = new TreeSet<>();
    for (JsonNode parameter : operation.path("parameters")) {
      JsonNode resolved = resolve(parameter);
      if (resolved.path("in").asText().equals("query")) {
        names.add(resolved.path("name").asText());
      }
    }
    return names;
  }

  private static JsonNode resolve(JsonNode node) {
    String reference = node.path("$ref").asText();
    return reference.isEmpty() ? node : document.at(reference.substring(1));
  }
}
