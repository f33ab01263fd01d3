package refinery.pipeline;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import refinery.pipeline.Pipeline.Action;
import refinery.pipeline.Pipeline.Parameter;
import refinery.pipeline.Pipeline.Step;

/** Reads the steps of a pipeline's file. */
final class StepSection {
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "command",
          "environment",
          "container",
          "builtin",
          "with",
          "when",
          "only-if",
          "when-parameters",
          "replaces",
          "stdout",
          "tool",
          "exit-codes",
          "stall",
          "wall-time");

  /**
   * Names of variables, except those that every process is given and those that load code into it.
   */
  private static final Pattern VARIABLE =
      Pattern.compile("(?!(PATH|HOME|TMPDIR|LD_.*|REFINERY_.*)$)[A-Z_][A-Z0-9_]{0,63}");

  /** A reference to an image, or the absolute path of a SIF file for apptainer. */
  private static final Pattern IMAGE =
      Pattern.compile(
          "/?[a-z0-9][A-Za-z0-9._/-]{0,199}(:[A-Za-z0-9._-]{1,128})?(@sha256:[0-9a-f]{64})?");

  private static final Duration STALL = Duration.ofMinutes(30);
  private static final Duration WALL_TIME = Duration.ofHours(48);

  private final Set<String> tools;
  private final Set<String> roles;
  private final Map<String, Parameter> parameters;
  private final PlaceholderCheck placeholders;

  private StepSection(
      Set<String> tools,
      Set<String> roles,
      Map<String, Parameter> parameters,
      PlaceholderCheck placeholders) {
    this.tools = tools;
    this.roles = roles;
    this.parameters = parameters;
    this.placeholders = placeholders;
  }

  /**
   * @param tools names of the tools whose versions can be asked
   * @param roles of the inputs
   */
  static StepSection of(
      Set<String> tools,
      Set<String> roles,
      Map<String, Parameter> parameters,
      PlaceholderCheck placeholders) {
    return new StepSection(tools, roles, parameters, placeholders);
  }

  /**
   * @param file the whole of it, or the section of a remedy
   * @param before steps that run before these
   */
  List<Step> steps(Section file, List<Step> before) {
    List<Step> steps = new ArrayList<>();
    Set<String> names = new HashSet<>(before.stream().map(Step::name).toList());
    List<Step> earlier = new ArrayList<>(before);
    for (Section section : file.list("steps")) {
      Step step = step(section);
      if (!names.add(step.name())) {
        section.wrong("name", "two steps are named " + step.name());
      }
      Builtins.undecided(step, earlier).ifPresent(problem -> section.wrong("only-if", problem));
      steps.add(step);
      earlier.add(step);
    }
    if (!file.has("steps")) {
      file.wrong("steps", "is missing");
    } else if (steps.isEmpty()) {
      file.wrong("steps", "a pipeline needs a step");
    }
    return steps;
  }

  private Step step(Section section) {
    section.onlyKeys(KEYS, "a step");
    String name = section.matching("name", PipelineFile.NAME);
    Optional<String> tool = section.optionalText("tool");
    if (tool.isPresent() && !tools.contains(tool.get())) {
      section.wrong("tool", "'" + tool.get() + "' is not in tools");
    }
    return new Step(
        name,
        action(section),
        when(section),
        section.optionalText("only-if"),
        whenParameters(section),
        replaces(section),
        stdout(section),
        tool,
        exitCodes(section),
        limit(section, "stall", STALL),
        limit(section, "wall-time", WALL_TIME));
  }

  private List<String> when(Section section) {
    List<String> when = section.texts("when");
    for (String role : when) {
      if (!roles.contains(role)) {
        section.wrong("when", noRole(role));
      }
    }
    return when;
  }

  private Map<String, String> whenParameters(Section section) {
    Map<String, String> when = section.map("when-parameters");
    when.forEach(
        (name, value) -> {
          Parameter parameter = parameters.get(name);
          if (parameter == null) {
            section.wrong(
                "when-parameters",
                "there is no parameter '%s'; there are %s"
                    .formatted(name, new TreeSet<>(parameters.keySet())));
          } else if (!parameter.pattern().matcher(value).matches()) {
            section.wrong(
                "when-parameters",
                "'%s' is no value of %s, which must match %s"
                    .formatted(value, name, parameter.pattern()));
          }
        });
    return when;
  }

  private Map<String, String> replaces(Section section) {
    Map<String, String> replaces = section.map("replaces");
    replaces.forEach(
        (role, path) -> {
          if (!roles.contains(role)) {
            section.wrong("replaces", noRole(role));
          }
          PipelineFile.checkRelative(section, "replaces", path);
          if (path.contains("${")) {
            section.wrong("replaces", "'" + path + "' must be a plain path");
          }
        });
    return replaces;
  }

  private String noRole(String role) {
    return "'" + role + "' is no role of the inputs; there are " + new TreeSet<>(roles);
  }

  private Optional<String> stdout(Section section) {
    Optional<String> stdout = section.optionalText("stdout");
    stdout.ifPresent(
        path -> {
          PipelineFile.checkRelative(section, "stdout", path);
          placeholders.add(section, "stdout", List.of(path));
        });
    return stdout;
  }

  private static Set<Integer> exitCodes(Section section) {
    if (!section.has("exit-codes")) {
      return Set.of(0);
    }
    Set<Integer> codes =
        section.read("exit-codes", Set.of(0), (at, path) -> new TreeSet<>(at.getIntList(path)));
    if (section.has("builtin")) {
      section.wrong("exit-codes", "only a command has some");
    }
    if (codes.isEmpty() || codes.stream().anyMatch(code -> code < 0 || code > 125)) {
      section.wrong("exit-codes", "must be a list of numbers from 0 to 125, as in [0, 1]");
    }
    return codes;
  }

  private static Duration limit(Section section, String name, Duration fallback) {
    Duration limit = section.optional(name, fallback, Config::getDuration);
    if (limit.isZero() || limit.isNegative()) {
      section.wrong(name, "must be longer than nothing, as in 30m");
    }
    return limit;
  }

  private Action action(Section section) {
    if (section.has("command") == section.has("builtin")) {
      section.wrong("", "a step has either command or builtin");
    }
    if (section.has("command")) {
      return command(section);
    }
    if (section.has("environment")) {
      section.wrong("environment", "only a command has one");
    }
    if (section.has("container")) {
      section.wrong("container", "only a command runs in one");
    }
    Map<String, String> with = section.map("with");
    placeholders.add(section, "with", with.values());
    String builtin = section.optionalText("builtin").orElse("");
    if (section.has("builtin") && Builtins.find(builtin).isEmpty()) {
      section.wrong("builtin", "there is no '" + builtin + "'; there are " + Builtins.names());
    }
    return new Action.Builtin(builtin, with);
  }

  private Action command(Section section) {
    if (section.has("with")) {
      section.wrong("with", "only a builtin has one");
    }
    List<String> command = section.command("command");
    Map<String, String> environment = section.map("environment");
    for (String name : environment.keySet()) {
      if (!VARIABLE.matcher(name).matches()) {
        section.wrong("environment", "'" + name + "' must match " + VARIABLE);
      }
    }
    placeholders.add(section, "command", command);
    Optional<String> container =
        section.has("container")
            ? Optional.of(section.matching("container", IMAGE))
            : Optional.empty();
    if (container.isPresent() && section.has("tool")) {
      section.wrong("tool", "a container's image says what runs, so a step has only one of them");
    }
    return new Action.Command(command, environment, container);
  }
}
