package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.http.Described.Operation;
import refinery.http.access.Scope;

/** Holds the OpenAPI document and the routes together: neither has what the other lacks. */
@ExtendWith(SharedNode.class)
class OpenApiTest {
  private static final Map<String, String> BODIES =
      Map.of(
          "signIn", "{\"token\":\"the-token-of-this-node\"}",
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

  /** What an operation cannot do without. */
  private static final Map<String, String> QUERIES =
      Map.of(
          "sliceDataset", "?genes=g1",
          "nextTimes", "?cron=*%20*%20*%20*%20*",
          "jump", "?q=job-do");

  private static TestNode node;
  private static Described described;

  @BeforeAll
  static void share(TestNode shared, Described document) {
    node = shared;
    described = document;
  }

  @Test
  void everyRouteIsDescribedWithItsParametersAndNoOther() {
    Set<String> routes = new TreeSet<>();
    for (Endpoint endpoint :
        HttpFrontend.endpoints(
            node.system,
            node.services(),
            node.config,
            new Access(node.config, node.credentials, true))) {
      routes.add(
          "%s %s %s for %s"
              .formatted(
                  endpoint.method(),
                  endpoint.template(),
                  new TreeSet<>(endpoint.query()),
                  endpoint.scope().word()));
    }
    Set<String> found = new TreeSet<>();
    for (Operation operation : described.operations()) {
      String scope = operation.node().at("/security").findPath("token").path(0).asText();
      found.add(
          "%s %s %s for %s"
              .formatted(
                  operation.method(),
                  operation.template(),
                  Described.query(operation),
                  scope.isEmpty() ? Scope.NONE.word() : scope));
    }
    assertThat(found).isEqualTo(routes);
  }

  @Test
  void everyAnswerIsAsDescribed() throws Exception {
    String survey =
        TestNode.json(node.post("/api/v1/surveys", BODIES.get("createSurvey"))).path("id").asText();
    node.post("/api/v1/schedules", BODIES.get("createSchedule"));
    List<String> wrong = new ArrayList<>();
    for (Operation operation : described.operations()) {
      wrong.addAll(check(operation, survey));
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void toolsFindItWhereTheyLook() throws Exception {
    assertThat(node.get("/openapi.json").body()).isEqualTo(node.get("/api/v1/openapi.json").body());
  }

  private static List<String> check(Operation operation, String survey) throws Exception {
    String name = operation.id();
    String path =
        operation
                .template()
                .replace("{id}", id(operation.template(), name, survey))
                .replace("{name}", "nightly")
            + QUERIES.getOrDefault(name, "");
    if (name.equals("readEvents")) {
      var head = node.send(node.request(path).HEAD());
      return head.statusCode() == 200 ? List.of() : List.of(name + ": " + head.statusCode());
    }
    HttpResponse<String> response =
        switch (operation.method()) {
          case "GET" -> node.get(path);
          case "POST" -> node.post(path, BODIES.getOrDefault(name, ""));
          default ->
              node.send(
                  node.request(path)
                      .header("Content-Type", "application/json")
                      .method(
                          operation.method(),
                          BodyPublishers.ofString(BODIES.getOrDefault(name, ""))));
        };
    int status = response.statusCode();
    JsonNode answer = described.response(operation, status);
    boolean problem = name.equals("resumeSurvey");
    if (answer.isMissingNode() || (status >= 400) != problem) {
      return List.of(name + " answered " + status + ": " + response.body());
    }
    return content(name, answer.path("content"), response);
  }

  private static List<String> content(String name, JsonNode content, HttpResponse<String> response)
      throws Exception {
    String type = response.headers().firstValue("Content-Type").orElse("").split(";")[0].strip();
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
    return described.violations(schema, TestNode.json(response)).stream()
        .map(message -> name + ": " + message)
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
    if (template.contains("/failures/")) {
      return FakeReadModel.GROUP;
    }
    if (template.contains("/artifacts/")) {
      return Samples.QUANT;
    }
    return operation.equals("retryJob") ? "job-failed" : "job-done";
  }
}
