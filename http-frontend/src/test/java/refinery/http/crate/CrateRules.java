package refinery.http.crate;

import static refinery.http.crate.Document.id;
import static refinery.http.crate.Document.is;
import static refinery.http.crate.Document.values;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Every MUST of RO-Crate 1.1 and Workflow RO-Crate 1.0, as roc-validator 0.11 checks them. */
final class CrateRules {
  private static final Set<String> OF_JSON_LD = Set.of("@id", "@type", "@value", "@language");

  private CrateRules() {}

  static List<Rule> all() {
    List<Rule> rules = new ArrayList<>(ofTheDocument());
    rules.addAll(ofTheRoot());
    rules.addAll(ofData());
    rules.addAll(ofTheWorkflow());
    return rules;
  }

  private static List<Rule> ofTheDocument() {
    return List.of(
        new Rule("descriptor", document -> missing("descriptor", isDescribed(document))),
        each("flattened", document -> document.entities(), CrateRules::isFlat),
        each("ids", document -> document.entities(), entity -> isUri(id(entity))),
        new Rule("ids are unique", CrateRules::doubled),
        each("types", document -> document.entities(), entity -> entity.has("@type")),
        new Rule("keys are in the context", CrateRules::unknownKeys),
        new Rule("references are resolved", CrateRules::dangling));
  }

  private static boolean isDescribed(Document document) {
    JsonNode descriptor = document.byId().get("ro-crate-metadata.json");
    return descriptor != null
        && is(descriptor, "CreativeWork")
        && values(descriptor, "about").size() == 1
        && document.refersTo(descriptor.path("about"), "Dataset")
        && values(descriptor, "conformsTo").stream()
            .anyMatch(value -> id(value).equals("https://w3id.org/ro/crate/1.1"));
  }

  private static boolean isFlat(JsonNode entity) {
    for (JsonNode value : entity) {
      for (JsonNode item : value.isArray() ? value : List.of(value)) {
        if (item.isArray() || item.isObject() && !(item.size() == 1 && item.has("@id"))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isUri(String id) {
    try {
      return !new URI(id).toString().isEmpty();
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static List<String> doubled(Document document) {
    Set<String> seen = new HashSet<>();
    return document.entities().stream().map(Document::id).filter(id -> !seen.add(id)).toList();
  }

  private static List<String> unknownKeys(Document document) {
    Set<String> known = new HashSet<>(OF_JSON_LD);
    for (JsonNode context : document.json().path("@context")) {
      if (context.isObject()) {
        context.fieldNames().forEachRemaining(known::add);
      } else {
        known.addAll(Terms.of(context.asText()));
      }
    }
    List<String> unknown = new ArrayList<>();
    for (JsonNode entity : document.entities()) {
      entity.fieldNames().forEachRemaining(unknown::add);
      values(entity, "@type").forEach(type -> unknown.add(type.asText()));
    }
    unknown.removeIf(known::contains);
    return unknown;
  }

  /** What is in this document by its form must be in it. */
  private static List<String> dangling(Document document) {
    Set<String> ids = document.byId().keySet();
    List<String> dangling = new ArrayList<>();
    for (JsonNode entity : document.entities()) {
      for (JsonNode value : entity) {
        for (JsonNode item : value.isArray() ? value : List.of(value)) {
          String target = id(item);
          if (item.isObject() && !target.contains(":") && !ids.contains(target)) {
            dangling.add(target);
          }
        }
      }
    }
    return dangling;
  }

  private static List<Rule> ofTheRoot() {
    return List.of(
        new Rule("root", document -> missing("./", is(document.root(), "Dataset"))),
        new Rule("root name", document -> literal(document, "name")),
        new Rule("root description", document -> literal(document, "description")),
        new Rule("root license", CrateRules::unlicensed),
        new Rule("root datePublished", CrateRules::undated),
        new Rule(
            "root publisher",
            document ->
                values(document.root(), "publisher").stream()
                    .filter(value -> !document.refersTo(value, "Person", "Organization"))
                    .map(Document::id)
                    .toList()),
        new Rule(
            "root hasPart",
            document ->
                values(document.root(), "hasPart").stream()
                    .filter(part -> !document.refersTo(part, "File", "Dataset"))
                    .map(Document::id)
                    .toList()));
  }

  private static List<String> literal(Document document, String key) {
    List<JsonNode> all = values(document.root(), key);
    return missing(
        key, all.size() == 1 && all.getFirst().isTextual() && !all.getFirst().asText().isBlank());
  }

  private static List<String> unlicensed(Document document) {
    List<JsonNode> all = values(document.root(), "license");
    boolean good =
        !all.isEmpty()
            && all.stream()
                .allMatch(
                    value ->
                        value.isTextual() && !value.asText().isBlank()
                            || document.byId().containsKey(id(value)));
    return missing("license", good);
  }

  private static List<String> undated(Document document) {
    try {
      OffsetDateTime.parse(document.root().path("datePublished").asText());
      return List.of();
    } catch (DateTimeParseException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  private static List<Rule> ofData() {
    return List.of(
        new Rule(
            "data entities are parts",
            document -> {
              Set<String> parts = document.parts();
              return document.typed("File", "Dataset").stream()
                  .map(Document::id)
                  .filter(id -> !id.equals("./") && !parts.contains(id))
                  .toList();
            }),
        new Rule(
            "relative files are in the payload",
            document ->
                document.typed("File").stream()
                    .map(Document::id)
                    .filter(id -> !id.contains(":") && !id.startsWith("#"))
                    .filter(id -> !document.files().contains(id))
                    .toList()));
  }

  private static List<Rule> ofTheWorkflow() {
    return List.of(
        new Rule(
            "mainEntity",
            document -> missing("mainEntity", values(document.root(), "mainEntity").size() == 1)),
        new Rule(
            "mainEntity types",
            document ->
                List.of("File", "SoftwareSourceCode", "ComputationalWorkflow").stream()
                    .filter(type -> !is(document.main(), type))
                    .toList()),
        new Rule(
            "mainEntity file",
            document ->
                missing(id(document.main()), document.files().contains(id(document.main())))),
        new Rule(
            "programmingLanguage",
            document -> {
              List<JsonNode> all = values(document.main(), "programmingLanguage");
              return missing(
                  "language",
                  !all.isEmpty()
                      && all.stream().allMatch(it -> document.refersTo(it, "ComputerLanguage")));
            }));
  }

  static List<String> missing(String what, boolean there) {
    return there ? List.of() : List.of(what);
  }

  static Rule each(
      String name, Function<Document, List<JsonNode>> which, Predicate<JsonNode> holds) {
    return new Rule(
        name,
        document ->
            which.apply(document).stream()
                .filter(entity -> !holds.test(entity))
                .map(Document::id)
                .toList());
  }
}
