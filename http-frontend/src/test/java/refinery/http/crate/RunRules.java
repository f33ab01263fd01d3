package refinery.http.crate;

import static refinery.http.crate.Document.id;
import static refinery.http.crate.Document.is;
import static refinery.http.crate.Document.values;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Every MUST of the Process, Workflow and Provenance Run Crate profiles, and some SHOULDs. */
final class RunRules {
  private static final String[] TOOL = {
    "SoftwareApplication", "SoftwareSourceCode", "ComputationalWorkflow"
  };
  private static final String[] ACTION = {"CreateAction", "ActivateAction", "UpdateAction"};
  private static final String[] VALUE = {"File", "Dataset", "Collection", "PropertyValue"};

  private RunRules() {}

  static List<Rule> all() {
    List<Rule> rules = new ArrayList<>(profiles());
    rules.addAll(actions());
    rules.addAll(workflow());
    rules.addAll(parameters());
    rules.addAll(steps());
    rules.addAll(wishes());
    return rules;
  }

  private static List<Rule> profiles() {
    List<Rule> rules = new ArrayList<>();
    rules.add(
        new Rule(
            "root conformsTo entities",
            document ->
                values(document.root(), "conformsTo").stream()
                    .filter(value -> !document.refersTo(value, "CreativeWork"))
                    .map(Document::id)
                    .toList()));
    for (String profile : List.of("process", "workflow", "provenance")) {
      String begin = "https://w3id.org/ro/wfrun/" + profile + "/";
      rules.add(
          new Rule(
              "root conformsTo " + profile,
              document ->
                  CrateRules.missing(
                      begin,
                      values(document.root(), "conformsTo").stream()
                          .anyMatch(value -> id(value).startsWith(begin)))));
    }
    return rules;
  }

  private static List<Rule> actions() {
    return List.of(
        some("action instrument", "instrument", TOOL, ACTION),
        any("resourceUsage", "resourceUsage", List.of("PropertyValue"), ACTION),
        new Rule(
            "resourceUsage propertyID",
            document -> {
              List<String> wrong = new ArrayList<>();
              for (JsonNode action : document.typed(ACTION)) {
                for (JsonNode usage : values(action, "resourceUsage")) {
                  JsonNode value = document.byId().get(id(usage));
                  if (value != null && value.path("propertyID").asText().isBlank()) {
                    wrong.add(id(usage));
                  }
                }
              }
              return wrong;
            }));
  }

  private static List<Rule> workflow() {
    return List.of(
        some("workflow hasPart", "hasPart", TOOL, "ComputationalWorkflow"),
        any("workflow input", "input", List.of("FormalParameter"), TOOL),
        any("workflow output", "output", List.of("FormalParameter"), TOOL),
        new Rule(
            "tools are instruments",
            document -> {
              Set<String> used = new HashSet<>();
              document
                  .typed(ACTION)
                  .forEach(
                      action -> values(action, "instrument").forEach(tool -> used.add(id(tool))));
              return document.typed("ComputationalWorkflow").stream()
                  .flatMap(workflow -> values(workflow, "hasPart").stream())
                  .map(Document::id)
                  .filter(tool -> !used.contains(tool))
                  .toList();
            }),
        CrateRules.each(
            "workflow with steps is a HowTo",
            document -> document.typed("ComputationalWorkflow"),
            workflow -> values(workflow, "step").isEmpty() || is(workflow, "HowTo")));
  }

  private static List<Rule> parameters() {
    return List.of(
        CrateRules.each(
            "parameter additionalType",
            document -> document.typed("FormalParameter"),
            parameter -> !parameter.path("additionalType").asText().isBlank()),
        some("parameter workExample", "workExample", VALUE, "FormalParameter"),
        new Rule(
            "parameter is referred to by its value",
            document -> {
              List<String> wrong = new ArrayList<>();
              for (JsonNode parameter : document.typed("FormalParameter")) {
                for (JsonNode example : values(parameter, "workExample")) {
                  JsonNode value = document.byId().get(id(example));
                  if (value != null
                      && values(value, "exampleOfWork").stream()
                          .noneMatch(back -> id(back).equals(id(parameter)))) {
                    wrong.add(id(value));
                  }
                }
              }
              return wrong;
            }),
        some("connection source", "sourceParameter", FORMAL, "ParameterConnection"),
        some("connection target", "targetParameter", FORMAL, "ParameterConnection"),
        any(
            "connection",
            "connection",
            List.of("ParameterConnection"),
            "HowToStep",
            "ComputationalWorkflow"));
  }

  private static final String[] FORMAL = {"FormalParameter"};

  private static List<Rule> steps() {
    return List.of(
        new Rule(
            "step is of a workflow",
            document -> {
              Set<String> steps = new HashSet<>();
              document
                  .typed("ComputationalWorkflow")
                  .forEach(flow -> values(flow, "step").forEach(step -> steps.add(id(step))));
              return document.typed("HowToStep").stream()
                  .map(Document::id)
                  .filter(step -> !steps.contains(step))
                  .toList();
            }),
        some("step workExample", "workExample", TOOL, "HowToStep"),
        CrateRules.each(
            "step position",
            document -> document.typed("HowToStep"),
            step -> !step.has("position") || step.path("position").asText().matches("\\d+")),
        some("control instrument", "instrument", new String[] {"HowToStep"}, "ControlAction"),
        some("control object", "object", ACTION, "ControlAction"),
        some("organize instrument", "instrument", TOOL, "OrganizeAction"),
        some("organize result", "result", ACTION, "OrganizeAction"),
        some("organize object", "object", new String[] {"ControlAction"}, "OrganizeAction"));
  }

  private static List<Rule> wishes() {
    return List.of(
        CrateRules.each(
            "error only of what failed",
            document -> document.typed("CreateAction"),
            action ->
                !action.has("error")
                    || action.path("actionStatus").asText().endsWith("/FailedActionStatus")),
        some("agent", "agent", new String[] {"Person", "Organization"}, ACTION),
        CrateRules.each(
            "usage unitCode",
            document -> document.typed("PropertyValue"),
            value -> !value.has("propertyID") || value.has("unitCode")),
        CrateRules.each(
            "action times",
            document -> document.typed("CreateAction"),
            action ->
                List.of("startTime", "endTime").stream()
                    .filter(action::has)
                    .allMatch(
                        key ->
                            action
                                .path(key)
                                .asText()
                                .matches(
                                    "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{3})?\\+\\d{2}:\\d{2}"))),
        new Rule(
            "actions are mentioned",
            document -> {
              Set<String> mentioned = new HashSet<>();
              values(document.root(), "mentions").forEach(one -> mentioned.add(id(one)));
              return document.typed(ACTION).stream()
                  .map(Document::id)
                  .filter(action -> !mentioned.contains(action))
                  .toList();
            }));
  }

  /** At least one value, and each refers to an entity of one of these types. */
  private static Rule some(String name, String key, String[] targets, String... types) {
    return CrateRules.each(
        name,
        document ->
            document.typed(types).stream()
                .filter(
                    entity -> {
                      List<JsonNode> all = values(entity, key);
                      return all.isEmpty()
                          || all.stream().anyMatch(value -> !document.refersTo(value, targets));
                    })
                .toList(),
        entity -> false);
  }

  /** Each value, if there are any, refers to an entity of one of these types. */
  private static Rule any(String name, String key, List<String> targets, String... types) {
    String[] wanted = targets.toArray(String[]::new);
    return CrateRules.each(
        name,
        document ->
            document.typed(types).stream()
                .filter(
                    entity ->
                        values(entity, key).stream()
                            .anyMatch(value -> !document.refersTo(value, wanted)))
                .toList(),
        entity -> false);
  }
}
