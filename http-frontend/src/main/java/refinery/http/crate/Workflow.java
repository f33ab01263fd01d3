package refinery.http.crate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.protocol.job.PipelineFacts;
import refinery.protocol.job.StepRecord;

/** The pipeline: its file, its parameters, the steps that ran, and the tools that ran them. */
final class Workflow {
  private final Run run;
  private final Graph graph;
  private final Entity file;
  private final Entity engine;
  private final List<Entity> inputs = new ArrayList<>();
  private int steps;

  Workflow(Run run, Payload payload, Graph graph, Entity root) {
    this.run = run;
    this.graph = graph;
    this.engine =
        graph
            .entity("#refinery", "SoftwareApplication")
            .put("name", "Refinery")
            .put("description", "Runs the pipeline, its built-in steps, and the downloads")
            .put("softwareVersion", run.version());
    this.file =
        graph.entity(
            payload.workflow(), "File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo");
    describe();
    root.refer("hasPart", file).refer("mainEntity", file);
  }

  private void describe() {
    Entity language =
        graph
            .entity("#language", "ComputerLanguage")
            .put("name", "Refinery pipeline")
            .put("alternateName", "HOCON")
            .put("url", "https://github.com/lightbend/config/blob/main/HOCON.md");
    file.put("name", run.batch().pipeline())
        .put("version", version())
        .put("description", description())
        .put("encodingFormat", "application/hocon")
        .put("contentSize", Integer.toString(run.workflow().length))
        .put("sha256", run.workflowSha256())
        .refer("programmingLanguage", language)
        .refer("hasPart", engine);
  }

  private Optional<String> version() {
    return Optional.ofNullable(run.batch().facts().get(PipelineFacts.VERSION))
        .or(() -> run.pipeline().map(found -> found.path("version").asText()));
  }

  /** What the pipeline does, and whether the file in the crate is the one that ran. */
  private String description() {
    String does = run.pipeline().map(found -> found.path("description").asText() + " ").orElse("");
    String ran = run.batch().facts().getOrDefault(PipelineFacts.FILE, "");
    if (ran.isEmpty()) {
      return does + "The file is that of this node now.";
    }
    return does
        + run.changedFile()
            .map(sha -> "The file has changed since; the one that ran had the SHA-256 " + sha + ".")
            .orElse("The file is the one that ran.");
  }

  Entity file() {
    return file;
  }

  /** Refinery itself. */
  Entity engine() {
    return engine;
  }

  /** What every run of the pipeline was given. */
  List<Entity> inputs() {
    return inputs;
  }

  /**
   * Adds a parameter and the value that it had.
   *
   * @param type {@code Text} or {@code File}
   */
  void input(String kind, String name, String type, Entity value) {
    Entity parameter = parameter(kind, name, type, value);
    if (kind.equals("parameter")) {
      JsonNode declared =
          run.pipeline()
              .map(found -> found.path("parameters").path("properties").path(name))
              .orElse(parameter.node().path("none"));
      if (declared.path("description").isTextual()) {
        parameter.put("description", declared.path("description").asText());
      }
      if (declared.path("default").isTextual()) {
        parameter.put("defaultValue", declared.path("default").asText());
      }
    }
    file.refer("input", parameter);
    inputs.add(value);
  }

  void output(String name, Entity value) {
    file.refer("output", parameter("output", name, "File", value));
  }

  private Entity parameter(String kind, String name, String type, Entity value) {
    Entity parameter =
        graph
            .entity(CrateIds.within(file, kind, name), "FormalParameter")
            .put("name", name)
            .put("additionalType", type)
            .refer("workExample", value);
    value.refer("exampleOfWork", parameter);
    return parameter;
  }

  /** The step of the pipeline that this record is an execution of. */
  Entity step(StepRecord record) {
    String id = CrateIds.within(file, "step", record.name());
    boolean known = graph.has(id);
    Entity step = graph.entity(id, "HowToStep");
    if (!known) {
      steps++;
      step.put("name", record.name()).put("position", Integer.toString(steps));
      file.refer("step", step);
    }
    Entity tool = tool(record);
    file.refer("hasPart", tool);
    step.refer("workExample", tool);
    return step;
  }

  /** The program of a step; built-in steps are Refinery's own. */
  Entity tool(StepRecord record) {
    String said = record.tool().strip();
    if (record.command().isEmpty() && (said.isEmpty() || said.startsWith("refinery"))) {
      return engine;
    }
    if (said.isEmpty()) {
      String program = record.command().getFirst();
      said = program.substring(program.lastIndexOf('/') + 1);
    }
    int space = said.lastIndexOf(' ');
    Entity tool =
        graph
            .entity(CrateIds.local("tool", said), "SoftwareApplication")
            .put("name", space < 0 ? said : said.substring(0, space));
    return space < 0 ? tool : tool.put("softwareVersion", said.substring(space + 1));
  }
}
