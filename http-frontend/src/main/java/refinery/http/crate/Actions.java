package refinery.http.crate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import refinery.protocol.Json;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.job.StepRecord;
import refinery.protocol.query.JobView;
import refinery.protocol.query.SurveyView;

/**
 * What was done: one {@code CreateAction} for each job and for each of its steps; for a process job
 * with steps an {@code OrganizeAction} of one {@code ControlAction} a step.
 */
final class Actions {
  private static final String COMPLETED = "http://schema.org/CompletedActionStatus";
  private static final String FAILED = "http://schema.org/FailedActionStatus";

  private static final int LONGEST_REQUEST = 64 * 1024;

  private final Run run;
  private final Graph graph;
  private final Entity root;
  private final Workflow workflow;
  private final CrateFiles files;
  private final Entity agent;

  Actions(Run run, Graph graph, Entity root, Workflow workflow, CrateFiles files) {
    this.run = run;
    this.graph = graph;
    this.root = root;
    this.workflow = workflow;
    this.files = files;
    this.agent =
        graph.entity("#operator", "Organization").put("name", "Who operates this Refinery");
  }

  /** The survey that found the batch. */
  void found() {
    Entity survey = action("#survey", "CreateAction");
    request().ifPresent(request -> survey.refer("object", request));
    survey
        .put("name", "survey")
        .put("description", "Refinery found the batch at the source " + run.batch().source())
        .put("endTime", RunCrate.time(run.batch().createdAt()))
        .put("actionStatus", COMPLETED)
        .refer("instrument", workflow.engine())
        .refer("result", CrateIds.local("batch", "batch"));
  }

  /**
   * What the survey asked, as JSON, by which the batch is found again; unless it may name paths of
   * a machine, or is a long list.
   */
  private Optional<Entity> request() {
    return run.survey()
        .filter(survey -> !survey.source().equals("files"))
        .map(Actions::request)
        .filter(text -> text.length() <= LONGEST_REQUEST)
        .map(
            text ->
                graph.entity("#request", "PropertyValue").put("name", "survey").put("value", text));
  }

  private static String request(SurveyView survey) {
    ObjectNode request = Json.MAPPER.createObjectNode();
    request.put("source", survey.source());
    request.set("parameters", survey.parameters());
    request.put("pipeline", survey.pipeline());
    ObjectNode parameters = request.putObject("pipeline_parameters");
    new TreeMap<>(survey.pipelineParameters()).forEach(parameters::put);
    return request.toString();
  }

  void job(JobView job) {
    boolean process = job.kind() == JobKind.PROCESS;
    Entity action =
        action("#" + job.id(), "CreateAction")
            .put("name", job.kind().word() + " job " + job.id())
            .put("description", account(job))
            .refer("instrument", process ? workflow.file() : workflow.engine());
    job.startedAt().ifPresent(at -> action.put("startTime", RunCrate.time(at)));
    job.finishedAt().ifPresent(at -> action.put("endTime", RunCrate.time(at)));
    job.node().ifPresent(node -> action.put("location", node.value()));
    action.put("attempt", job.attempt());
    ended(job, action);
    if (process) {
      workflow.inputs().forEach(input -> action.refer("object", input));
    } else if (job.state() == JobState.SUCCEEDED) {
      run.batch().files().forEach(file -> action.refer("result", files.raw(file)));
    }
    job.artifacts().forEach(artifact -> action.refer("result", files.stored(artifact)));
    steps(job, action, process);
  }

  private void ended(JobView job, Entity action) {
    switch (job.state()) {
      case SUCCEEDED -> action.put("actionStatus", COMPLETED);
      case FAILED, CANCELLED ->
          action
              .put("actionStatus", FAILED)
              .put(
                  "error",
                  job.failure()
                      .map(failure -> failure.failureClass().word() + ": " + failure.message())
                      .or(() -> job.waitingFor())
                      .orElse(job.state().word()));
      case QUEUED, RUNNING, WAITING, UNPLACEABLE -> {}
    }
  }

  private static String account(JobView job) {
    return "%s, attempt %d%s"
        .formatted(
            job.state().word(), job.attempt(), job.waitingFor().map(why -> "; " + why).orElse(""));
  }

  private void steps(JobView job, Entity action, boolean process) {
    List<StepRecord> steps = job.steps();
    if (steps.isEmpty()) {
      return;
    }
    if (!process) {
      for (int i = 0; i < steps.size(); i++) {
        Entity tool = workflow.tool(steps.get(i));
        execution(job, i, steps.get(i)).refer("instrument", tool);
      }
      return;
    }
    Entity organized =
        graph
            .entity(action.id() + "/organize", "OrganizeAction")
            .put("name", "run of the pipeline in job " + job.id())
            .refer("agent", agent)
            .refer("instrument", workflow.engine())
            .refer("result", action);
    for (int i = 0; i < steps.size(); i++) {
      Entity step = workflow.step(steps.get(i));
      Entity executed =
          execution(job, i, steps.get(i)).refer("instrument", workflow.tool(steps.get(i)));
      Entity control =
          graph
              .entity(executed.id() + "/control", "ControlAction")
              .put("name", "orchestration of " + steps.get(i).name())
              .refer("instrument", step)
              .refer("object", executed);
      organized.refer("object", control);
    }
  }

  private Entity execution(JobView job, int index, StepRecord step) {
    Entity action =
        action("#%s/step-%d".formatted(job.id(), index + 1), "CreateAction")
            .put("name", step.name())
            .put("description", what(step))
            .put("startTime", RunCrate.time(step.startedAt()))
            .put("endTime", RunCrate.time(step.finishedAt()))
            .put("exitCode", step.exitCode());
    if (step.exitCode() == 0) {
      action.put("actionStatus", COMPLETED);
    } else {
      action
          .put("actionStatus", FAILED)
          .put("error", "%s ended with exit code %d".formatted(step.name(), step.exitCode()));
    }
    if (!step.command().isEmpty()) {
      action.put("command", step.command());
    }
    if (!step.checks().isEmpty()) {
      action.put("checks", step.checks());
    }
    if (step.peakMemory() > 0) {
      usage(action, "peak-memory", Long.toString(step.peakMemory()), "BYTE");
    }
    if (step.cpuSeconds() > 0) {
      usage(action, "cpu-time", Double.toString(step.cpuSeconds()), "SEC");
    }
    step.log().ifPresent(log -> action.refer("result", files.stored(log)));
    return action;
  }

  private void usage(Entity action, String quantity, String value, String unit) {
    Entity used =
        graph
            .entity(action.id() + "/" + quantity, "PropertyValue")
            .put("name", quantity)
            .put("propertyID", Graph.term(quantity))
            .put("unitCode", "https://qudt.org/vocab/unit/" + unit)
            .put("value", value);
    action.refer("resourceUsage", used);
  }

  private Entity action(String id, String type) {
    Entity action = graph.entity(id, type).refer("agent", agent);
    root.refer("mentions", action);
    return action;
  }

  private static String what(StepRecord step) {
    return step.command().isEmpty() ? "built in: " + step.tool() : commandLine(step.command());
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
}
