package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.http.Described.Operation;

/** What a linter asks of the document, so that no linter need be run. */
@ExtendWith(SharedNode.class)
class OpenApiRulesTest {
  /** Keywords of JSON Schema that are used; a key that is none is a comma without quotes. */
  private static final Set<String> KEYWORDS =
      Set.of(
          ("$ref type enum const format pattern description default examples title properties"
                  + " required additionalProperties minProperties maxProperties items minItems"
                  + " maxItems uniqueItems minLength maxLength minimum maximum oneOf anyOf allOf"
                  + " not readOnly deprecated")
              .split(" "));

  private static final Set<String> MAPS = Set.of("properties");
  private static final Set<String> LISTS = Set.of("oneOf", "anyOf", "allOf");
  private static final Set<String> SINGLE = Set.of("items", "additionalProperties", "not");

  private static Described described;

  @BeforeAll
  static void share(Described document) {
    described = document;
  }

  @Test
  void itIsAnOpenApiDocument() throws Exception {
    assertThat(violations(described.document())).isEmpty();
  }

  @Test
  void aCommaWithoutQuotesIsFound() throws Exception {
    ObjectNode document = described.document().deepCopy();
    ((ObjectNode) document.at("/paths/~1api~1v1~1batches/get/parameters/2")).putNull("organism or");
    assertThat(violations(document)).isNotEmpty();
  }

  private static List<String> violations(JsonNode document) throws Exception {
    try (InputStream in =
        OpenApiRulesTest.class.getResourceAsStream("/refinery/http/openapi-3.1.schema.json")) {
      JsonSchema schema =
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(in);
      return schema.validate(document).stream().map(Object::toString).toList();
    }
  }

  @Test
  void schemasHaveOnlyKeywords() {
    Set<String> wrong = new TreeSet<>();
    visit("", described.document(), wrong);
    assertThat(wrong).isEmpty();
  }

  /** Finds schemas wherever they are; examples hold none. */
  private static void visit(String path, JsonNode at, Set<String> wrong) {
    at.properties()
        .forEach(
            each -> {
              String here = path + "/" + each.getKey();
              if (here.equals("/components/schemas")) {
                each.getValue()
                    .properties()
                    .forEach(one -> schema(here + "/" + one.getKey(), one.getValue(), wrong));
              } else if (each.getKey().equals("schema")) {
                schema(here, each.getValue(), wrong);
              } else if (!each.getKey().startsWith("example")) {
                visit(here, each.getValue(), wrong);
              }
            });
    if (at.isArray()) {
      at.forEach(each -> visit(path + "/-", each, wrong));
    }
  }

  private static void schema(String path, JsonNode schema, Set<String> wrong) {
    schema
        .properties()
        .forEach(
            each -> {
              String here = path + "/" + each.getKey();
              if (!KEYWORDS.contains(each.getKey())
                  || (each.getValue().isNull() && !each.getKey().equals("default"))) {
                wrong.add(here);
              } else if (MAPS.contains(each.getKey())) {
                each.getValue()
                    .properties()
                    .forEach(one -> schema(here + "/" + one.getKey(), one.getValue(), wrong));
              } else if (LISTS.contains(each.getKey())) {
                each.getValue().forEach(one -> schema(here, one, wrong));
              } else if (SINGLE.contains(each.getKey())) {
                schema(here, each.getValue(), wrong);
              }
            });
  }

  @Test
  void referencesLeadSomewhereAndNothingIsLeftOver() {
    Set<String> used = new HashSet<>();
    described
        .document()
        .findValuesAsText("$ref")
        .forEach(
            reference -> {
              assertThat(described.document().at(reference.substring(1)).isMissingNode())
                  .as(reference)
                  .isFalse();
              used.add(reference);
            });
    List<String> unused = new ArrayList<>();
    for (String kind : List.of("schemas", "parameters", "responses")) {
      described
          .document()
          .path("components")
          .path(kind)
          .fieldNames()
          .forEachRemaining(name -> unused.add("#/components/" + kind + "/" + name));
    }
    unused.removeAll(used);
    unused.remove("#/components/schemas/Event");
    assertThat(unused).isEmpty();
  }

  @Test
  void everyOperationSaysWhatItIsForAndHowItFails() {
    Set<String> ids = new HashSet<>();
    Set<String> tags = new HashSet<>(described.document().path("tags").findValuesAsText("name"));
    for (Operation operation : described.operations()) {
      JsonNode node = operation.node();
      assertThat(operation.id()).as(operation.template()).matches("[a-z][A-Za-z]+");
      assertThat(ids.add(operation.id())).as(operation.id()).isTrue();
      assertThat(node.path("summary").asText()).as(operation.id()).isNotBlank();
      assertThat(tags).as(operation.id()).contains(node.path("tags").path(0).asText());
      JsonNode responses = node.path("responses");
      assertThat(responses.has("default")).as(operation.id()).isFalse();
      assertThat(responses.has("401") && responses.has("503")).as(operation.id()).isTrue();
      assertThat(pathVariables(operation)).as(operation.id()).isEqualTo(declared(operation));
    }
  }

  @Test
  void everyOperationNamesTheScopeOfItsCaller() {
    assertThat(scope("listSurveys")).isEqualTo("read");
    assertThat(scope("cancelBatch")).isEqualTo("operate");
    assertThat(scope("listAudit")).isEqualTo("admin");
    assertThat(scope("signIn")).isEmpty();
  }

  private static String scope(String operation) {
    return described.operation(operation).node().at("/security").findPath("token").path(0).asText();
  }

  private static Set<String> pathVariables(Operation operation) {
    Set<String> names = new TreeSet<>();
    for (String segment : operation.template().split("/")) {
      if (segment.startsWith("{")) {
        names.add(segment.substring(1, segment.length() - 1));
      }
    }
    return names;
  }

  private static Set<String> declared(Operation operation) {
    Set<String> names = new TreeSet<>();
    operation.parameters("path").forEach(each -> names.add(each.name()));
    return names;
  }

  @Test
  void everyExampleIsValidAndNoneIsMissing() {
    List<String> wrong = new ArrayList<>();
    for (Operation operation : described.operations()) {
      JsonNode request = operation.node().at("/requestBody/content");
      examples(operation + " request", request, wrong);
      operation
          .node()
          .path("responses")
          .properties()
          .forEach(
              each ->
                  examples(
                      operation + " " + each.getKey(),
                      described.resolve(each.getValue()).path("content"),
                      wrong));
    }
    assertThat(wrong).isEmpty();
  }

  private static void examples(String where, JsonNode content, List<String> wrong) {
    for (Map.Entry<String, JsonNode> media : content.properties()) {
      List<JsonNode> examples = described.examples(media.getValue());
      if (examples.isEmpty() && media.getKey().matches("text/.*|.*json")) {
        wrong.add(where + " has no example");
      }
      for (JsonNode example : examples) {
        described
            .violations(media.getValue().path("schema"), example)
            .forEach(message -> wrong.add(where + ": " + message));
      }
    }
  }

  /** Those of a path are the ids that other answers give. */
  @Test
  void everyParameterShowsWhatItMayBe() {
    List<String> wrong = new ArrayList<>();
    for (JsonNode parameter : described.document().findParents("in")) {
      JsonNode schema = described.resolve(parameter.path("schema"));
      JsonNode example = parameter.path("example");
      String where = parameter.path("in").asText() + " " + parameter.path("name").asText();
      boolean says =
          schema.has("enum")
              || schema.has("default")
              || List.of("boolean", "integer").contains(schema.path("type").asText());
      if (!example.isMissingNode()) {
        described.violations(parameter.path("schema"), example).forEach(wrong::add);
      } else if (!says && parameter.has("schema") && !where.equals("path id")) {
        wrong.add(where + " has no example");
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void theDocumentIsSmallEnoughToRead() {
    assertThat(described.document().toString().length()).isLessThan(400_000);
  }
}
