package refinery.pipeline;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import refinery.configuration.Configuration;
import refinery.configuration.ConfigurationException;
import refinery.pipeline.Pipeline.Action;
import refinery.pipeline.Pipeline.Demand;
import refinery.pipeline.Pipeline.Output;
import refinery.pipeline.Pipeline.OutputCheck;
import refinery.pipeline.Pipeline.Parameter;
import refinery.pipeline.Pipeline.Step;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.Reproduction;

/** Reads a pipeline's file; every error names the file and the key. */
final class PipelineFile {
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "version",
          "description",
          "inputs",
          "takes-command",
          "takes-set",
          "needs",
          "counts-reads",
          "parameters",
          "resources",
          "tools",
          "steps",
          "outputs");
  private static final Set<String> STEP_KEYS =
      Set.of(
          "name",
          "command",
          "environment",
          "builtin",
          "with",
          "when",
          "stdout",
          "tool",
          "stall",
          "wall-time");
  private static final Set<String> OUTPUT_KEYS =
      Set.of("role", "name", "file", "media-type", "optional", "checks");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
  private static final Pattern RELATIVE =
      Pattern.compile("[A-Za-z0-9_${][A-Za-z0-9_.${}-]*(/[A-Za-z0-9_${][A-Za-z0-9_.${}-]*)*");

  /**
   * Names of variables, except those that every process is given and those that load code into it.
   */
  private static final Pattern VARIABLE =
      Pattern.compile("(?!(PATH|HOME|TMPDIR|LD_.*|REFINERY_.*)$)[A-Z_][A-Z0-9_]{0,63}");

  private static final String PLAIN_VALUE = "[A-Za-z0-9_][A-Za-z0-9 ._+-]{0,199}";
  private static final Duration STALL = Duration.ofMinutes(30);
  private static final Duration WALL_TIME = Duration.ofHours(48);

  private final String origin;
  private final Config config;

  private PipelineFile(String origin, Config config) {
    this.origin = origin;
    this.config = config;
  }

  /**
   * @param origin names the file in messages
   * @throws ConfigurationException for the first error
   */
  static Pipeline read(String origin, Config config) {
    PipelineFile file = new PipelineFile(origin, config);
    return file.guarded("", file::pipeline);
  }

  private Pipeline pipeline() {
    onlyKeys("", config, KEYS);
    List<Step> steps = steps();
    Pipeline pipeline =
        new Pipeline(
            matching("name", NAME),
            config.getString("version"),
            config.getString("description"),
            inputs(),
            config.hasPath("takes-command") && config.getBoolean("takes-command"),
            set(),
            NeedsSection.read(config, this::wrong),
            countsReads(steps),
            parameters(),
            demand(),
            tools(),
            steps,
            outputs());
    PlaceholderCheck.problem(pipeline)
        .ifPresent(
            problem -> {
              throw wrong(problem.key(), problem.message());
            });
    return pipeline;
  }

  private List<List<String>> inputs() {
    if (!config.hasPath("inputs")) {
      return List.of();
    }
    List<List<String>> alternatives = new ArrayList<>();
    for (ConfigValue alternative : config.getList("inputs")) {
      if (!(alternative.unwrapped() instanceof List<?> roles) || roles.isEmpty()) {
        throw wrong("inputs", "must be a list of lists of roles, as [[reads_1, reads_2], [reads]]");
      }
      alternatives.add(roles.stream().map(String::valueOf).toList());
    }
    return alternatives;
  }

  private Optional<String> set() {
    return config.hasPath("takes-set")
        ? Optional.of(matching("takes-set", NeedsSection.ROLE))
        : Optional.empty();
  }

  private Map<String, Parameter> parameters() {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    for (String name : children("parameters")) {
      String key = "parameters." + ConfigUtil.quoteString(name);
      if (name.equals(Reproduction.PARAMETER)) {
        throw wrong(key, "every pipeline has it, so none may name it");
      }
      guarded(
          key,
          () -> {
            Config entry = config.getConfig(key);
            onlyKeys(key, entry, Set.of("description", "default", "pattern", "from"));
            String pattern = entry.hasPath("pattern") ? entry.getString("pattern") : PLAIN_VALUE;
            parameters.put(
                name,
                new Parameter(
                    entry.getString("description"),
                    entry.hasPath("default")
                        ? Optional.of(entry.getString("default"))
                        : Optional.empty(),
                    Pattern.compile(pattern),
                    isFromSource(key, entry)));
            return name;
          });
    }
    return parameters;
  }

  private boolean isFromSource(String key, Config entry) {
    Optional<String> from = text(entry, "from");
    if (from.filter(word -> !word.equals("source")).isPresent()) {
      throw wrong(key + ".from", "'" + from.get() + "' must be source, or be left out");
    }
    return from.isPresent();
  }

  private Demand demand() {
    return new Demand(
        expression("resources.cpu"), expression("resources.memory"), expression("resources.disk"));
  }

  private Expression expression(String key) {
    return guarded(key, () -> Expression.parse(config.getString(key), Set.of("input", "index")));
  }

  private Map<String, List<String>> tools() {
    Map<String, List<String>> tools = new LinkedHashMap<>();
    for (String name : children("tools")) {
      String key = "tools." + ConfigUtil.quoteString(name);
      List<String> command = config.getStringList(key);
      if (command.isEmpty()) {
        throw wrong(key, "the command is empty");
      }
      tools.put(name, command);
    }
    return tools;
  }

  private List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<? extends Config> entries = config.getConfigList("steps");
    for (int i = 0; i < entries.size(); i++) {
      String key = "steps[" + i + "]";
      Config entry = entries.get(i);
      Step step = guarded(key, () -> step(key, entry));
      if (!names.add(step.name())) {
        throw wrong(key + ".name", "two steps are named " + step.name());
      }
      steps.add(step);
    }
    if (steps.isEmpty()) {
      throw wrong("steps", "a pipeline needs a step");
    }
    return steps;
  }

  private Optional<String> countsReads(List<Step> steps) {
    Optional<String> name = text(config, "counts-reads");
    if (name.isPresent()
        && steps.stream()
            .noneMatch(step -> step.name().equals(name.get()) && Builtins.countsReads(step))) {
      throw wrong(
          "counts-reads",
          "'%s' is no step that always runs one of %s"
              .formatted(name.get(), Builtins.thatCountReads()));
    }
    return name;
  }

  private Step step(String key, Config entry) {
    onlyKeys(key, entry, STEP_KEYS);
    String name = entry.getString("name");
    if (!NAME.matcher(name).matches()) {
      throw wrong(key + ".name", "'" + name + "' must match " + NAME);
    }
    Optional<String> tool = text(entry, "tool");
    if (tool.isPresent() && !config.hasPath("tools." + ConfigUtil.quoteString(tool.get()))) {
      throw wrong(key + ".tool", "'" + tool.get() + "' is not in tools");
    }
    return new Step(
        name,
        action(key, entry),
        entry.hasPath("when") ? entry.getStringList("when") : List.of(),
        text(entry, "stdout").map(path -> relative(key + ".stdout", path)),
        tool,
        entry.hasPath("stall") ? entry.getDuration("stall") : STALL,
        entry.hasPath("wall-time") ? entry.getDuration("wall-time") : WALL_TIME);
  }

  private Action action(String key, Config entry) {
    if (entry.hasPath("command") == entry.hasPath("builtin")) {
      throw wrong(key, "a step has either command or builtin");
    }
    if (entry.hasPath("command")) {
      List<String> command = entry.getStringList("command");
      if (command.isEmpty()) {
        throw wrong(key + ".command", "the command is empty");
      }
      return new Action.Command(command, environment(key + ".environment", entry));
    }
    if (entry.hasPath("environment")) {
      throw wrong(key + ".environment", "only a command has one");
    }
    Map<String, String> with = new LinkedHashMap<>();
    if (entry.hasPath("with")) {
      entry
          .getConfig("with")
          .entrySet()
          .forEach(
              value ->
                  with.put(
                      String.join(".", ConfigUtil.splitPath(value.getKey())),
                      value.getValue().unwrapped().toString()));
    }
    String builtin = entry.getString("builtin");
    if (Builtins.find(builtin).isEmpty()) {
      throw wrong(key + ".builtin", "there is no '" + builtin + "'; there are " + Builtins.names());
    }
    return new Action.Builtin(builtin, with);
  }

  private Map<String, String> environment(String key, Config entry) {
    if (!entry.hasPath("environment")) {
      return Map.of();
    }
    Map<String, String> environment = new LinkedHashMap<>();
    entry
        .getObject("environment")
        .forEach(
            (name, value) -> {
              if (!VARIABLE.matcher(name).matches()) {
                throw wrong(key, "'" + name + "' must match " + VARIABLE);
              }
              environment.put(name, value.unwrapped().toString());
            });
    return environment;
  }

  private List<Output> outputs() {
    if (!config.hasPath("outputs")) {
      return List.of();
    }
    List<Output> outputs = new ArrayList<>();
    List<? extends Config> entries = config.getConfigList("outputs");
    for (int i = 0; i < entries.size(); i++) {
      String key = "outputs[" + i + "]";
      Config entry = entries.get(i);
      outputs.add(
          guarded(
              key,
              () -> {
                onlyKeys(key, entry, OUTPUT_KEYS);
                return new Output(
                    text(entry, "role").map(role -> role(key + ".role", role)),
                    relative(key + ".name", entry.getString("name")),
                    relative(key + ".file", entry.getString("file")),
                    entry.getString("media-type"),
                    entry.hasPath("optional") && entry.getBoolean("optional"),
                    checks(key, entry));
              }));
    }
    return outputs;
  }

  private String role(String key, String role) {
    if (!NAME.matcher(role).matches() || role.equals(Artifact.LOG)) {
      throw wrong(key, "'" + role + "' must match " + NAME + " and not be " + Artifact.LOG);
    }
    return role;
  }

  private List<OutputCheck> checks(String key, Config entry) {
    List<OutputCheck> checks = new ArrayList<>();
    for (String word :
        entry.hasPath("checks") ? entry.getStringList("checks") : List.<String>of()) {
      try {
        checks.add(OutputCheck.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_')));
      } catch (IllegalArgumentException e) {
        throw wrong(
            key + ".checks", "there is no '" + word + "'; not-empty, ends-with-newline, json");
      }
    }
    return checks;
  }

  private String relative(String key, String path) {
    if (!RELATIVE.matcher(path).matches() || path.contains("..")) {
      throw wrong(key, "'" + path + "' must be a relative path of plain names");
    }
    return path;
  }

  private String matching(String key, Pattern pattern) {
    String text = config.getString(key);
    if (!pattern.matcher(text).matches()) {
      throw wrong(key, "'" + text + "' must match " + pattern);
    }
    return text;
  }

  private Set<String> children(String key) {
    return config.hasPath(key) ? config.getObject(key).keySet() : Set.of();
  }

  private static Optional<String> text(Config config, String key) {
    return config.hasPath(key) ? Optional.of(config.getString(key)) : Optional.empty();
  }

  private void onlyKeys(String key, Config entry, Set<String> known) {
    for (String name : entry.root().keySet()) {
      if (!known.contains(name)) {
        throw wrong(key.isEmpty() ? name : key + "." + name, "is not a key of a pipeline");
      }
    }
  }

  private <T> T guarded(String key, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (ConfigException e) {
      throw wrong(key, Configuration.oneLine(e));
    } catch (PatternSyntaxException e) {
      throw wrong(key, "not a regular expression: " + e.getDescription());
    } catch (IllegalArgumentException e) {
      throw wrong(key, e.getMessage());
    }
  }

  private ConfigurationException wrong(String key, String what) {
    return new ConfigurationException(origin + ": " + (key.isEmpty() ? "" : key + ": ") + what);
  }
}
