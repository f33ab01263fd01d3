package refinery.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import refinery.protocol.Resources;

/**
 * A pipeline as its file defines it.
 *
 * @param inputs alternative lists of roles, of which the first whose files are all there is used;
 *     empty: takes no input
 * @param takesCommand true if the job brings its own argument vector ({@code ${command}})
 * @param set the role of the outputs of a set of batches, which the survey names; a step finds them
 *     in the list {@code ${role}}; empty: it takes no set
 * @param needs outputs of other batches without which it cannot run
 * @param countsReads the step that compares the tool's count of reads with the archive's; empty: no
 *     step does, and the files must be read whole before
 * @param demand the resources that a job of it reserves
 * @param remedy what else to do when a step stalls
 * @param tools commands that print a tool's version, by the tool's name
 */
record Pipeline(
    String name,
    String version,
    String description,
    List<List<String>> inputs,
    boolean takesCommand,
    Optional<String> set,
    List<ArtifactNeed> needs,
    Optional<String> countsReads,
    Map<String, Parameter> parameters,
    Demand demand,
    Map<String, List<String>> tools,
    List<Step> steps,
    Optional<Remedy> remedy,
    List<Output> outputs) {
  Pipeline {
    inputs = inputs.stream().map(List::copyOf).toList();
    needs = List.copyOf(needs);
    parameters = Map.copyOf(parameters);
    tools = Map.copyOf(tools);
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
  }

  /** Its steps and those of its remedy. */
  List<Step> allSteps() {
    List<Step> all = new ArrayList<>(steps);
    remedy.ifPresent(one -> all.addAll(one.steps()));
    return all;
  }

  /** True if a step reads the artifact of this role itself; unpacking does not count. */
  boolean reads(String role) {
    return allSteps().stream()
        .anyMatch(step -> names(step.action(), role) && !isUnpacking(step.action()));
  }

  /**
   * True if a step unpacks the artifact of this role, which the node then keeps unpacked for all
   * jobs.
   */
  boolean unpacks(String role) {
    return allSteps().stream()
        .anyMatch(step -> names(step.action(), role) && isUnpacking(step.action()));
  }

  /** True if a step wants the files of the set of this role in its working directory. */
  boolean wantsFilesOfSet(String role) {
    return steps.stream()
        .map(Step::action)
        .anyMatch(action -> names(action, role) && !Builtins.readsStorage(action));
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

  /** True if a step runs in a container. */
  boolean isContained() {
    return steps.stream().anyMatch(step -> step.action().image().isPresent());
  }

  /** True if it has nothing to fetch, check or keep, so that a job costs only its one process. */
  boolean isBare() {
    return inputs.isEmpty()
        && set.isEmpty()
        && outputs.isEmpty()
        && needs.isEmpty()
        && parameters.isEmpty()
        && !isContained()
        && steps.size() == 1;
  }

  /**
   * An output of another batch. Its texts may hold {@code ${parameter.NAME}}; a text that comes out
   * empty is no condition.
   *
   * @param role what the artifact is for; steps name its file {@code ${role}}
   * @param pipeline the pipeline that makes it
   * @param artifact the name that this pipeline gives it
   * @param organism the organism that it must be of; empty: any
   * @param keyValues key-values that it must have
   * @param latestBy the key whose highest value is taken if several fit
   * @param byReadLength key-values whose value {@code auto} is chosen by the length of the reads
   * @param chosen what the survey chooses it by; if no text of it comes out empty, {@code anyOf} is
   *     not asked
   * @param anyOf alternatives, the most wanted first; one with a text that comes out empty is left
   *     out
   * @param hints command lines that would make it; the first of which no placeholder is empty is
   *     told
   */
  record ArtifactNeed(
      String role,
      String pipeline,
      String artifact,
      String organism,
      Map<String, String> keyValues,
      Optional<String> latestBy,
      Map<String, ByReadLength> byReadLength,
      Map<String, String> chosen,
      List<Map<String, String>> anyOf,
      List<String> hints) {
    ArtifactNeed {
      chosen = Map.copyOf(chosen);
      anyOf = anyOf.stream().map(Map::copyOf).toList();
      hints = List.copyOf(hints);
      keyValues = Map.copyOf(keyValues);
      byReadLength = Map.copyOf(byReadLength);
    }
  }

  /**
   * Takes {@code then} if reads are longer than so many bases on average, else {@code otherwise}.
   */
  record ByReadLength(double longerThan, String then, String otherwise) {}

  /**
   * @param fallback used when no value is given; empty: one must be given
   * @param arguments what each of its values means on a command line, which {@code
   *     ${arguments.NAME}} becomes; empty: nothing but the value itself
   * @param pattern what a value must match, so that untrusted metadata cannot become an option or a
   *     path
   * @param fromSource true if the batch's own facts may give the value; otherwise only the survey
   *     does
   */
  record Parameter(
      String description,
      Optional<String> fallback,
      Pattern pattern,
      boolean fromSource,
      Map<String, List<String>> arguments) {
    Parameter {
      arguments = Map.copyOf(arguments);
    }
  }

  /**
   * Expressions for cores, bytes of memory and bytes of disk over what is known of a job's input
   * ({@link InputSizes}). What is unknown is 0, and what is divided by 0 is 0.
   */
  record Demand(Expression cpu, Expression memory, Expression disk) {
    /**
     * The demand while the size of the index is unknown. Above one core it is rounded down to whole
     * cores: tools have whole threads, and the rest would lie idle.
     */
    Resources resolve(InputSizes sizes) {
      Map<String, Double> values = sizes.values();
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
   * @param when the step runs only if files of all these roles are among the inputs
   * @param onlyIf the step runs only if an earlier one has found this to be {@code true}; empty:
   *     always
   * @param whenParameters the step runs only if these parameters have these values
   * @param replaces files that stand for inputs in all later steps, by role: trimmed reads
   * @param stdout file for stdout, relative to the working directory; empty: the log
   * @param tool a name of {@link Pipeline#tools}; empty: its version is not recorded
   * @param exitCodes with which its process has not failed
   * @param stall how long it may make no progress
   * @param wallTime how long it may run
   */
  record Step(
      String name,
      Action action,
      List<String> when,
      Optional<String> onlyIf,
      Map<String, String> whenParameters,
      Map<String, String> replaces,
      Optional<String> stdout,
      Optional<String> tool,
      Set<Integer> exitCodes,
      Duration stall,
      Duration wallTime) {
    Step {
      when = List.copyOf(when);
      whenParameters = Map.copyOf(whenParameters);
      replaces = Map.copyOf(replaces);
    }

    /** True if every job of its pipeline runs it. */
    boolean always() {
      return when.isEmpty() && whenParameters.isEmpty() && onlyIf.isEmpty();
    }

    /** True if a job with these inputs and parameters runs it, after what was found so far. */
    boolean runs(RunInputs inputs, Map<String, String> facts) {
      return mayRun(inputs)
          && onlyIf.stream().allMatch(fact -> Boolean.parseBoolean(facts.get(fact)));
    }

    /** True if a job with these inputs and parameters runs it, or may find a reason to. */
    boolean mayRun(RunInputs inputs) {
      return inputs.has(when)
          && whenParameters.entrySet().stream()
              .allMatch(entry -> entry.getValue().equals(inputs.parameters().get(entry.getKey())));
    }
  }

  /**
   * Steps that run in place of one that was killed for want of progress, once in an attempt.
   *
   * @param of names of the steps that it helps
   */
  record Remedy(Trigger on, Set<String> of, List<Step> steps) {
    Remedy {
      of = Set.copyOf(of);
      steps = List.copyOf(steps);
    }

    /** What it helps against. */
    enum Trigger {
      STALLED,
      /** Stalled while it used its processor. */
      STALLED_BUSY;

      String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
      }

      static Optional<Trigger> of(String word) {
        return Arrays.stream(values()).filter(one -> one.word().equals(word)).findFirst();
      }

      static List<String> words() {
        return Arrays.stream(values()).map(Trigger::word).toList();
      }
    }
  }

  /** What a step does. */
  sealed interface Action {
    /** The image of the container that it runs in; empty: it runs on the node. */
    default Optional<String> image() {
      return switch (this) {
        case Command command -> command.container();
        case Builtin builtin -> Optional.empty();
      };
    }

    /**
     * A process.
     *
     * @param arguments may hold placeholders
     * @param environment added to the clean one that every process has
     * @param container the image of the container that it runs in; empty: it runs on the node
     */
    record Command(
        List<String> arguments, Map<String, String> environment, Optional<String> container)
        implements Action {
      public Command {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
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
   * @param role by which other pipelines ask for it; empty: its name
   * @param name of the artifact; may hold placeholders
   * @param file relative to the working directory; may hold placeholders
   * @param holds of a folder: the files in it that other batches may be made of
   * @param optional true if it may be missing
   * @param checks that it must pass before it is stored
   */
  record Output(
      Optional<String> role,
      String name,
      String file,
      List<String> holds,
      String mediaType,
      boolean optional,
      List<OutputCheck> checks) {}

  /** Checks that fit every output. Checks that know a format are built-in steps. */
  enum OutputCheck {
    NOT_EMPTY,
    ENDS_WITH_NEWLINE,
    JSON
  }
}
