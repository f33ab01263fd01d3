package refinery.http.crate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import refinery.protocol.Json;

/** For each rule a way to break it, most of them as earlier crates or other systems did. */
final class Breaks {
  private static final JsonNode NOWHERE = reference("https://example.org/nowhere");

  private Breaks() {}

  private static JsonNode reference(String id) {
    return Json.MAPPER.createObjectNode().put("@id", id);
  }

  private static ObjectNode first(Document document, String type) {
    return (ObjectNode) document.typed(type).getFirst();
  }

  private static ObjectNode root(Document document) {
    return (ObjectNode) document.root();
  }

  private static ObjectNode add(Document document, String id, String type) {
    return ((ArrayNode) document.json().get("@graph"))
        .addObject()
        .put("@id", id)
        .put("@type", type);
  }

  /** Takes a key away from the first entity of a type. */
  private static Consumer<Document> without(String type, String key) {
    return document -> first(document, type).remove(key);
  }

  /** Lets a key of the first entity of a type refer to nothing that is described. */
  private static Consumer<Document> astray(String type, String key) {
    return document -> first(document, type).set(key, NOWHERE);
  }

  private static ObjectNode described(Document document, String id) {
    return (ObjectNode) document.byId().get(id);
  }

  static Map<String, Consumer<Document>> ofTheDocument() {
    Map<String, Consumer<Document>> breaks = new HashMap<>();
    breaks.put(
        "descriptor",
        document -> described(document, "ro-crate-metadata.json").put("conformsTo", "1.1"));
    breaks.put(
        "flattened",
        document ->
            root(document).putObject("author").put("@type", "Person").put("name", "somebody"));
    breaks.put("ids", document -> add(document, "#a b<c>", "Thing"));
    breaks.put("ids are unique", document -> add(document, "./", "Dataset"));
    breaks.put("types", without("CreateAction", "@type"));
    breaks.put(
        "keys are in the context",
        document ->
            document.json().putArray("@context").add("https://w3id.org/ro/crate/1.1/context"));
    breaks.put(
        "references are resolved", document -> root(document).set("about", reference("#nobody")));
    breaks.put("root", document -> root(document).put("@type", "CreativeWork"));
    breaks.put("root name", document -> root(document).remove("name"));
    breaks.put("root description", document -> root(document).put("description", " "));
    breaks.put("root license", document -> root(document).set("license", NOWHERE));
    breaks.put("root datePublished", document -> root(document).put("datePublished", "yesterday"));
    breaks.put(
        "root publisher", document -> root(document).set("publisher", reference("#refinery")));
    breaks.put("root hasPart", document -> root(document).set("hasPart", reference("#refinery")));
    breaks.put(
        "data entities are parts", document -> add(document, "https://example.org/new", "File"));
    breaks.put(
        "relative files are in the payload",
        document -> document.files().removeIf(path -> path.startsWith("logs/")));
    return breaks;
  }

  static Map<String, Consumer<Document>> ofTheWorkflow() {
    Map<String, Consumer<Document>> breaks = new HashMap<>();
    breaks.put("mainEntity", document -> root(document).remove("mainEntity"));
    breaks.put(
        "mainEntity types",
        document -> first(document, "ComputationalWorkflow").put("@type", "ComputationalWorkflow"));
    breaks.put(
        "mainEntity file", document -> document.files().removeIf(path -> path.endsWith(".conf")));
    breaks.put(
        "programmingLanguage",
        document -> first(document, "ComputationalWorkflow").put("programmingLanguage", "HOCON"));
    breaks.put(
        "root conformsTo entities",
        document ->
            described(document, "https://w3id.org/ro/wfrun/process/0.5").put("@type", "Thing"));
    for (String profile : new String[] {"process", "workflow", "provenance"}) {
      breaks.put(
          "root conformsTo " + profile,
          document -> root(document).set("conformsTo", reference("https://w3id.org/ro/crate/1.1")));
    }
    breaks.put("workflow hasPart", without("ComputationalWorkflow", "hasPart"));
    breaks.put("workflow input", astray("ComputationalWorkflow", "input"));
    breaks.put("workflow output", astray("ComputationalWorkflow", "output"));
    breaks.put("connection", astray("ComputationalWorkflow", "connection"));
    breaks.put(
        "tools are instruments",
        document ->
            document
                .typed("CreateAction")
                .forEach(action -> ((ObjectNode) action).set("instrument", NOWHERE)));
    breaks.put(
        "workflow with steps is a HowTo",
        document ->
            first(document, "ComputationalWorkflow")
                .putArray("@type")
                .add("File")
                .add("SoftwareSourceCode")
                .add("ComputationalWorkflow"));
    return breaks;
  }

  static Map<String, Consumer<Document>> ofParameters() {
    Map<String, Consumer<Document>> breaks = new HashMap<>();
    breaks.put("parameter additionalType", without("FormalParameter", "additionalType"));
    breaks.put("parameter workExample", astray("FormalParameter", "workExample"));
    breaks.put(
        "parameter is referred to by its value",
        document -> described(document, "#parameter-k").remove("exampleOfWork"));
    breaks.put(
        "connection source", document -> add(document, "#connection", "ParameterConnection"));
    breaks.put(
        "connection target", document -> add(document, "#connection", "ParameterConnection"));
    return breaks;
  }

  static Map<String, Consumer<Document>> ofSteps() {
    Map<String, Consumer<Document>> breaks = new HashMap<>();
    breaks.put("action instrument", without("CreateAction", "instrument"));
    breaks.put(
        "resourceUsage",
        document -> first(document, "CreateAction").set("resourceUsage", reference("#refinery")));
    breaks.put(
        "resourceUsage propertyID",
        document ->
            document
                .typed("PropertyValue")
                .forEach(value -> ((ObjectNode) value).remove("propertyID")));
    breaks.put("step is of a workflow", without("ComputationalWorkflow", "step"));
    breaks.put("step workExample", without("HowToStep", "workExample"));
    breaks.put(
        "step position", document -> first(document, "HowToStep").put("position", "the first"));
    breaks.put("control instrument", astray("ControlAction", "instrument"));
    breaks.put("control object", without("ControlAction", "object"));
    breaks.put("organize instrument", without("OrganizeAction", "instrument"));
    breaks.put("organize result", astray("OrganizeAction", "result"));
    breaks.put("organize object", without("OrganizeAction", "object"));
    breaks.put(
        "error only of what failed",
        document -> first(document, "CreateAction").put("error", "none"));
    breaks.put(
        "agent", document -> first(document, "CreateAction").set("agent", reference("#refinery")));
    breaks.put(
        "usage unitCode",
        document ->
            document
                .typed("PropertyValue")
                .forEach(value -> ((ObjectNode) value).remove("unitCode")));
    breaks.put(
        "action times",
        document -> first(document, "CreateAction").put("endTime", "2026-01-02T03:04:05Z"));
    breaks.put("actions are mentioned", document -> root(document).remove("mentions"));
    return breaks;
  }
}
