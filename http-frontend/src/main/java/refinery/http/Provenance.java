package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import refinery.protocol.Json;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.job.StepRecord;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;

/**
 * Describes how a batch's outputs were made, as an RO-Crate 1.1 of the Workflow Run profile
 * (https://w3id.org/ro/wfrun/workflow): one {@code CreateAction} for each job and one for each of
 * its steps, with the tools as instruments. For one use.
 */
final class Provenance {
  private static final String CRATE = "https://w3id.org/ro/crate/1.1";

  private final BatchView batch;
  private final List<JobView> jobs;
  private final List<JsonNode> pipelines;
  private final String base;
  private final String version;
  private final Map<String, ObjectNode> graph = new LinkedHashMap<>();

  Provenance(
      BatchView batch, List<JobView> jobs, List<JsonNode> pipelines, String base, String version) {
    this.batch = batch;
    this.jobs = jobs;
    this.pipelines = pipelines;
    this.base = base;
    this.version = version;
  }

  ObjectNode crate() {
    ObjectNode crate = Json.MAPPER.createObjectNode();
    ArrayNode context = crate.putArray("@context");
    context.add(CRATE + "/context");
    context.add("https://w3id.org/ro/terms/workflow-run/context");
    describe();
    jobs.forEach(this::addJob);
    ArrayNode parts = (ArrayNode) node("./").get("hasPart");
    graph.values().stream()
        .filter(node -> node.path("@type").asText().equals("File"))
        .forEach(file -> parts.addObject().set("@id", file.get("@id")));
    crate.putArray("@graph").addAll(graph.values());
    return crate;
  }

  private void describe() {
    ObjectNode descriptor = add("ro-crate-metadata.json", "CreativeWork");
    descriptor.putArray("conformsTo").add(reference(CRATE));
    descriptor.set("about", reference("./"));
    ObjectNode root = add("./", "Dataset");
    root.put("name", batch.source() + " " + batch.key() + ", " + batch.pipeline());
    root.put("description", "Batch " + batch.id() + " refined by " + batch.pipeline());
    root.put("identifier", batch.id().value());
    root.put("datePublished", batch.updatedAt().toString());
    root.put("license", "as granted by " + batch.source());
    ArrayNode profiles = root.putArray("conformsTo");
    profiles.add(reference("https://w3id.org/ro/wfrun/process/0.5"));
    profiles.add(reference("https://w3id.org/ro/wfrun/workflow/0.5"));
    root.putArray("hasPart");
    root.putArray("mentions");
    root.set("mainEntity", reference(workflow()));
    batch.organism().ifPresent(organism -> root.put("keywords", organism));
    ArrayNode facts = root.putArray("variableMeasured");
    batch.keyValues().forEach((name, value) -> facts.add(property(name, value)));
    batch.facts().forEach((name, value) -> facts.add(property(name, value)));
    batch.files().forEach(this::addInput);
    batch.needs().forEach(this::addNeed);
    batch
        .artifacts()
        .forEach(
            artifact ->
                addOutput(
                    artifact.name(), artifact.sha256(), artifact.size(), artifact.mediaType()));
  }

  private String workflow() {
    ObjectNode workflow = add("#pipeline-" + batch.pipeline(), "ComputationalWorkflow");
    ArrayNode types = Json.MAPPER.createArrayNode();
    types.add("SoftwareSourceCode").add("ComputationalWorkflow").add("HowTo");
    workflow.set("@type", types);
    workflow.put("name", batch.pipeline());
    workflow.put("programmingLanguage", "Refinery pipeline (HOCON)");
    pipelines.stream()
        .filter(found -> found.path("name").asText().equals(batch.pipeline()))
        .findFirst()
        .ifPresent(
            found -> {
              workflow.put("version", found.path("version").asText());
              workflow.put("description", found.path("description").asText());
            });
    return workflow.get("@id").asText();
  }

  private void addInput(BatchView.FileView file) {
    String id =
        file.deliveredFrom()
            .or(() -> file.locations().stream().findFirst())
            .filter(text -> text.contains("://"))
            .orElseGet(() -> "#file-" + file.name());
    ObjectNode node = add(id, "File");
    node.put("name", file.name());
    node.put("encodingFormat", file.format());
    file.size().ifPresent(size -> node.put("contentSize", Long.toString(size)));
    file.md5().ifPresent(md5 -> node.put("md5", md5));
    file.deliveredFrom().ifPresent(from -> node.put("deliveredFrom", from));
    ArrayNode locations = node.putArray("locations");
    file.locations().forEach(locations::add);
  }

  /**
   * Adds the artifact that met a need; for a set of batches the list of their outputs with digests.
   */
  private void addNeed(BatchView.NeedView need) {
    if (need.sha256().isPresent()) {
      ObjectNode node = add(artifact(need.sha256().get()), "File");
      node.put("name", need.role());
      node.put("description", need.detail());
      node.put("sha256", need.sha256().get());
    }
  }

  private String artifact(String sha256) {
    return base + "/api/v1/artifacts/" + sha256;
  }

  private String addOutput(String name, String sha256, long size, String mediaType) {
    ObjectNode node = add(artifact(sha256), "File");
    node.put("name", name);
    node.put("sha256", sha256);
    node.put("contentSize", Long.toString(size));
    node.put("encodingFormat", mediaType);
    return node.get("@id").asText();
  }

  private void addJob(JobView job) {
    ObjectNode action = add("#" + job.id(), "CreateAction");
    ((ArrayNode) node("./").get("mentions")).add(reference("#" + job.id()));
    action.put("name", job.kind().word() + " job " + job.id());
    action.set("instrument", reference("#pipeline-" + batch.pipeline()));
    action.set("agent", reference(tool("refinery " + version)));
    job.startedAt().ifPresent(at -> action.put("startTime", at.toString()));
    job.finishedAt().ifPresent(at -> action.put("endTime", at.toString()));
    action.put("actionStatus", status(job.state() == JobState.SUCCEEDED));
    job.failure().ifPresent(failure -> action.put("error", failure.message()));
    job.node().ifPresent(node -> action.put("location", node.value()));
    action.put("attempt", job.attempt());
    ArrayNode inputs = action.putArray("object");
    batch.files().forEach(file -> inputs.add(reference(inputId(file))));
    if (job.kind() == JobKind.PROCESS) {
      batch.needs().stream()
          .flatMap(need -> need.sha256().stream())
          .forEach(sha256 -> inputs.add(reference(artifact(sha256))));
    }
    ArrayNode results = action.putArray("result");
    job.artifacts()
        .forEach(
            artifact ->
                results.add(
                    reference(
                        addOutput(
                            artifact.name(),
                            artifact.sha256(),
                            artifact.size(),
                            artifact.mediaType()))));
    ArrayNode parts = action.putArray("hasPart");
    for (int i = 0; i < job.steps().size(); i++) {
      parts.add(reference(addStep(job, i, job.steps().get(i))));
    }
  }

  private String inputId(BatchView.FileView file) {
    return graph.values().stream()
        .filter(node -> node.path("name").asText().equals(file.name()))
        .findFirst()
        .map(node -> node.get("@id").asText())
        .orElse("#file-" + file.name());
  }

  private String addStep(JobView job, int index, StepRecord step) {
    ObjectNode action = add("#" + job.id() + "/step-" + (index + 1), "CreateAction");
    action.put("name", step.name());
    action.put("description", step.command().isEmpty() ? "built in" : commandLine(step.command()));
    ArrayNode command = action.putArray("command");
    step.command().forEach(command::add);
    if (!step.tool().isBlank()) {
      action.set("instrument", reference(tool(step.tool())));
    }
    action.put("startTime", step.startedAt().toString());
    action.put("endTime", step.finishedAt().toString());
    action.put("actionStatus", status(step.exitCode() == 0));
    action.put("exitCode", step.exitCode());
    ArrayNode usage = action.putArray("resourceUsage");
    usage.add(property("peak_memory_bytes", Long.toString(step.peakMemory())));
    usage.add(property("cpu_seconds", Double.toString(step.cpuSeconds())));
    ArrayNode checks = action.putArray("checks");
    step.checks().forEach(checks::add);
    step.log()
        .ifPresent(
            log ->
                action.set(
                    "subjectOf",
                    reference(addOutput(log.name(), log.sha256(), log.size(), log.mediaType()))));
    return action.get("@id").asText();
  }

  private String tool(String nameAndVersion) {
    ObjectNode tool = add("#tool-" + nameAndVersion.replace(' ', '-'), "SoftwareApplication");
    int space = nameAndVersion.lastIndexOf(' ');
    tool.put("name", space < 0 ? nameAndVersion : nameAndVersion.substring(0, space));
    if (space >= 0) {
      tool.put("softwareVersion", nameAndVersion.substring(space + 1));
    }
    return tool.get("@id").asText();
  }

  /** The command in a form that can be pasted into a shell. */
  private static String commandLine(List<String> command) {
    return command.stream()
        .map(
            word ->
                word.matches("[A-Za-z0-9_@%+=:,./-]+")
                    ? word
                    : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }

  private static String status(boolean succeeded) {
    return succeeded
        ? "http://schema.org/CompletedActionStatus"
        : "http://schema.org/FailedActionStatus";
  }

  private static ObjectNode property(String name, String value) {
    return Json.MAPPER
        .createObjectNode()
        .put("@type", "PropertyValue")
        .put("name", name)
        .put("value", value);
  }

  private static ObjectNode reference(String id) {
    return Json.MAPPER.createObjectNode().put("@id", id);
  }

  private ObjectNode node(String id) {
    return Optional.ofNullable(graph.get(id)).orElseThrow();
  }

  private ObjectNode add(String id, String type) {
    return graph.computeIfAbsent(
        id, absent -> Json.MAPPER.createObjectNode().put("@id", id).put("@type", type));
  }
}
