package refinery.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import refinery.protocol.Resources;

/**
 * A pipeline as its file defines it.
 *
 * @param inputs alternatives: the first whose roles are all there is used; empty: takes no input
 * @param takesCommand whether a job brings its own argument vector ({@code ${command}})
 * @param needs outputs of other batches without which it cannot run
 * @param demand what a job of it reserves
 * @param countsReads the step that compares the tool's count of reads with the archive's; empty:
 *     none does, and files must have been read whole before
 * @param tools how to ask a tool for its version
 */
record Pipeline(
    String name,
    String version,
    String description,
    List<List<String>> inputs,
    boolean takesCommand,
    List<ArtifactNeed> needs,
    Optional<String> countsReads,
    Map<String, Parameter> parameters,
    Demand demand,
    Map<String, List<String>> tools,
    List<Step> steps,
    List<Output> outputs) {
  Pipeline {
    inputs = inputs.stream().map(List::copyOf).toList();
    needs = List.copyOf(needs);
    parameters = Map.copyOf(parameters);
    tools = Map.copyOf(tools);
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
  }

  /** Whether a step reads the artifact of this role itself; unpacking it is another matter. */
  boolean reads(String role) {
    return steps.stream()
        .anyMatch(step -> names(step.action(), role) && !isUnpacking(step.action()));
  }

  /** Whether a step unpacks the artifact of this role: the node keeps it unpacked for all. */
  boolean unpacks(String role) {
    return steps.stream()
        .anyMatch(step -> names(step.action(), role) && isUnpacking(step.action()));
  }

  private static boolean names(Action action, String role) {
    String placeholder = "${" + role + "}";
    return switch (action) {
      case Action.Command command ->
          command.arguments().stream().anyMatch(text -> text.contains(placeholder));
      case Action.Builtin builtin ->
          builtin.with().values().stream().anyMatch(text -> text.contains(placeholder));
    };
  }

  private static boolean isUnpacking(Action action) {
    return action instanceof Action.Builtin builtin && builtin.name().equals("unpack");
  }

  /** Nothing to fetch, to check or to keep: a job costs one process and nothing else. */
  boolean isBare() {
    return inputs.isEmpty() && outputs.isEmpty() && needs.isEmpty() && steps.size() == 1;
  }

  /**
   * An output of another batch; its texts may hold {@code ${parameter.NAME}}, and what comes out
   * empty is not asked for.
   *
   * @param role what the artifact is for: a step names its file {@code ${role}}
   * @param pipeline that makes it
   * @param artifact what that pipeline calls it
   * @param byReadLength key-values whose value {@code auto} is chosen by the reads
   * @param hint a command line that would bring it, or empty
   */
  record ArtifactNeed(
      String role,
      String pipeline,
      String artifact,
      String organism,
      Map<String, String> keyValues,
      Optional<String> latestBy,
      Map<String, ByReadLength> byReadLength,
      String hint) {
    ArtifactNeed {
      keyValues = Map.copyOf(keyValues);
      byReadLength = Map.copyOf(byReadLength);
    }
  }

  /** One value for reads that are longer than so many bases on average, another for the rest. */
  record ByReadLength(double longerThan, String then, String otherwise) {}

  /**
   * @param fallback used when a batch does not say; empty: the batch must say
   * @param fromSource whether the batch's own facts may say it; else only the survey does
   * @param pattern what a value must match, so that hostile metadata is never an option or a path
   */
  record Parameter(
      String description, Optional<String> fallback, Pattern pattern, boolean fromSource) {}

  /**
   * Expressions over {@code input} and {@code index}, the bytes of the raw files and of what is
   * unpacked of others; cpu in cores.
   */
  record Demand(Expression cpu, Expression memory, Expression disk) {
    /** More than one core is whole cores: a tool has whole threads, and a rest would lie idle. */
    Resources resolve(long inputBytes) {
      return resolve(inputBytes, 0);
    }

    /**
     * @param indexBytes of the unpacked index; 0 while it is not known
     */
    Resources resolve(long inputBytes, long indexBytes) {
      Map<String, Double> values =
          Map.of("input", (double) inputBytes, "index", (double) indexBytes);
      double cores = cpu.evaluate(values);
      return Resources.of(
          atLeastZero((cores > 1 ? Math.floor(cores) : cores) * 1000),
          atLeastZero(memory.evaluate(values)),
          atLeastZero(disk.evaluate(values)));
    }

    private static long atLeastZero(double value) {
      return Double.isNaN(value) ? 0 : Math.max(0, Math.round(value));
    }
  }

  /**
   * @param when the step runs only when these roles are among the inputs
   * @param stdout where stdout goes, relative to the working directory; empty: the log
   * @param tool of {@link Pipeline#tools}, or empty
   */
  record Step(
      String name,
      Action action,
      List<String> when,
      Optional<String> stdout,
      Optional<String> tool,
      Duration stall,
      Duration wallTime) {}

  /** What a step does. */
  sealed interface Action {
    /** An argument vector with placeholders. */
    record Command(List<String> arguments) implements Action {
      public Command {
        arguments = List.copyOf(arguments);
      }
    }

    /** A step in Java, with arguments that may hold placeholders. */
    record Builtin(String name, Map<String, String> with) implements Action {
      public Builtin {
        with = Map.copyOf(with);
      }
    }
  }

  /**
   * @param role what others ask for it by; empty: its name
   * @param name of the artifact, may hold placeholders
   * @param file relative to the working directory
   * @param optional whether it may be missing
   * @param checks of {@link OutputCheck}
   */
  record Output(
      Optional<String> role,
      String name,
      String file,
      String mediaType,
      boolean optional,
      List<OutputCheck> checks) {}

  /** Generic checks of an output; those that know a format are built-in steps. */
  enum OutputCheck {
    NOT_EMPTY,
    ENDS_WITH_NEWLINE,
    JSON
  }
}
