package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import refinery.agent.Attempt;
import refinery.pipeline.Pipeline.Action;
import refinery.pipeline.Pipeline.Step;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.Reproduction;
import refinery.protocol.job.Work;
import refinery.storage.Sha256;

/**
 * The digest of everything that a result depends on: the pipeline and its version, the versions of
 * the tools that its steps (and its remedy's) may run, the rules in conf/rules that they use,
 * parameters, and the digests of inputs with their roles. An equal earlier result is found by it.
 */
final class ReuseKey {
  /** An image that is the same for ever; a tag may name another one tomorrow. */
  private static final Pattern DIGEST = Pattern.compile("@sha256:[0-9a-f]{64}$");

  private ReuseKey() {}

  /**
   * Empty if no result may be found by it: the command comes with the job, the work reproduces
   * another, a tool does not say its version, or a step runs a program of which nothing tells
   * whether it is still the same.
   */
  static String of(
      Pipeline pipeline, Work.Process work, RunInputs inputs, List<Provision> provided, Tools tools)
      throws IOException, StepFailure, InterruptedException {
    if (pipeline.takesCommand() || Reproduction.of(work.parameters()).isPresent()) {
      return "";
    }
    List<Step> steps = pipeline.allSteps().stream().filter(step -> step.mayRun(inputs)).toList();
    if (steps.stream().anyMatch(ReuseKey::isUnversioned)) {
      return "";
    }
    List<String> parts = new ArrayList<>();
    parts.add(pipeline.name());
    parts.add(pipeline.version());
    steps.stream()
        .flatMap(step -> step.action().image().stream())
        .forEach(image -> parts.add("image " + image));
    for (String tool : toolsOf(steps)) {
      Optional<String> version = tools.version(tool, pipeline.tools().get(tool));
      if (version.isEmpty()) {
        return "";
      }
      parts.add("tool " + version.get());
    }
    parts.addAll(rulesOf(steps, inputs));
    new TreeMap<>(inputs.parameters()).forEach((name, value) -> parts.add(name + "=" + value));
    inputs.chosen().stream()
        .map(file -> file.role() + "=" + file.sha256())
        .sorted()
        .forEach(parts::add);
    provided.forEach(provision -> parts.add(provision.role() + "=" + provision.sha256()));
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(part.length()).append(':').append(part));
    return Sha256.of(text.toString());
  }

  /** Asks a tool of this node for its version. */
  @FunctionalInterface
  interface Tools {
    /** Name and version; empty if it says none. */
    Optional<String> version(String tool, List<String> command)
        throws IOException, InterruptedException;

    static Tools of(ToolVersions versions, Attempt attempt, Path directory) {
      return (tool, command) ->
          Optional.of(versions.of(tool, command, attempt, directory))
              .filter(said -> !said.equals(tool));
    }
  }

  private static List<String> rulesOf(List<Step> steps, RunInputs inputs) throws StepFailure {
    Map<String, String> values = new HashMap<>();
    inputs.parameters().forEach((name, value) -> values.put("parameter." + name, value));
    Placeholders parameters = new Placeholders(values, Map.of());
    List<String> digests = new ArrayList<>();
    for (Step step : steps) {
      if (step.action() instanceof Action.Builtin builtin) {
        Optional<Builtin> found = Builtins.find(builtin.name());
        if (found.isPresent()) {
          String named = parameters.text(builtin.with().getOrDefault("rules", ""));
          String digest = found.get().rulesDigest(named);
          if (!digest.isEmpty()) {
            digests.add("rules " + builtin.name() + " " + digest);
          }
        }
      }
    }
    return digests;
  }

  /** Names of steps that run a program of which nothing will tell whether it is still the same. */
  static List<String> unversioned(Pipeline pipeline) {
    return pipeline.allSteps().stream().filter(ReuseKey::isUnversioned).map(Step::name).toList();
  }

  private static boolean isUnversioned(Step step) {
    return switch (step.action()) {
      case Action.Command command ->
          command
              .container()
              .map(image -> !DIGEST.matcher(image).find())
              .orElse(step.tool().isEmpty());
      case Action.Builtin builtin -> false;
    };
  }

  /** In the order of their names. */
  private static TreeSet<String> toolsOf(List<Step> steps) {
    TreeSet<String> tools = new TreeSet<>();
    for (Step step : steps) {
      if (step.action() instanceof Action.Command) {
        step.tool().ifPresent(tools::add);
      }
    }
    return tools;
  }
}
