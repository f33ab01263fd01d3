package refinery.http.crate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import refinery.protocol.query.BatchView;

/**
 * Describes how a batch's outputs were made, as {@code ro-crate-metadata.json} of the Provenance
 * Run Crate profile 0.5 (https://w3id.org/ro/wfrun/provenance/0.5). What is given decides every
 * byte of it. Batches of which nothing ran have a crate, too: it tells that Refinery found them.
 */
public final class RunCrate {
  private static final String CRATE = "https://w3id.org/ro/crate/1.1";
  private static final String WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'+00:00'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Run run;
  private final Graph graph = new Graph();
  private final Entity root;
  private final Workflow workflow;
  private final CrateFiles files;

  private RunCrate(Run run, Payload payload) {
    this.run = run;
    Entity descriptor = graph.entity(Payload.METADATA, "CreativeWork");
    this.root = graph.entity("./", "Dataset");
    descriptor.refer("conformsTo", CRATE).refer("conformsTo", WORKFLOW_CRATE).refer("about", root);
    describe();
    this.workflow = new Workflow(run, payload, graph, root);
    this.files = new CrateFiles(run, payload, graph, root);
  }

  public static ObjectNode metadata(Run run, Payload payload) {
    RunCrate crate = new RunCrate(run, payload);
    crate.inputsAndOutputs();
    crate.actions();
    return crate.graph.document();
  }

  static String time(Instant at) {
    return TIME.format(at);
  }

  private void describe() {
    BatchView batch = run.batch();
    root.put("name", batch.source() + " " + batch.key() + ", " + batch.pipeline())
        .put(
            "description",
            "Batch %s of the source %s, refined by the pipeline %s: %s%s"
                .formatted(
                    batch.id().value(),
                    batch.source(),
                    batch.pipeline(),
                    batch.state().word(),
                    batch.reason().map(reason -> ", " + reason).orElse("")))
        .put("dateCreated", time(batch.createdAt()))
        .put("datePublished", time(batch.updatedAt()))
        .put("keywords", batch.organism())
        .refer("license", Licences.of(batch.source(), graph))
        .refer("identifier", property("batch", "batch", batch.id().value()));
    profile("https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5");
    profile("https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5");
    profile("https://w3id.org/ro/wfrun/provenance/0.5", "Provenance Run Crate", "0.5");
    profile(WORKFLOW_CRATE, "Workflow RO-Crate", "1.0");
    facts("metadata", batch.keyValues());
    facts("fact", batch.facts());
  }

  private void profile(String id, String name, String version) {
    Entity profile = graph.entity(id, "CreativeWork").put("name", name).put("version", version);
    root.refer("conformsTo", profile);
  }

  private void facts(String kind, Map<String, String> values) {
    new TreeMap<>(values)
        .forEach((name, value) -> root.refer("variableMeasured", property(kind, name, value)));
  }

  private Entity property(String kind, String name, String value) {
    return graph
        .entity(CrateIds.local(kind, name), "PropertyValue")
        .put("name", name)
        .put("value", value);
  }

  private void inputsAndOutputs() {
    new TreeMap<>(run.batch().parameters())
        .forEach(
            (name, value) ->
                workflow.input("parameter", name, "Text", property("parameter", name, value)));
    run.batch()
        .files()
        .forEach(file -> workflow.input("file", file.name(), "File", files.raw(file)));
    for (BatchView.NeedView need : run.batch().needs()) {
      files.need(need).ifPresent(file -> workflow.input("need", need.role(), "File", file));
    }
    for (BatchView.ArtifactView artifact : run.batch().artifacts()) {
      Entity file = files.stored(artifact);
      if (!CrateFiles.isLog(artifact)) {
        workflow.output(artifact.name(), file);
      }
    }
  }

  private void actions() {
    Actions actions = new Actions(run, graph, root, workflow, files);
    actions.found();
    List.copyOf(run.jobs()).forEach(actions::job);
  }
}
