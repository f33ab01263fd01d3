package refinery.pipeline;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import refinery.configuration.ConfigurationException;
import refinery.pipeline.Pipeline.Demand;
import refinery.pipeline.Pipeline.Output;
import refinery.pipeline.Pipeline.OutputCheck;
import refinery.pipeline.Pipeline.Parameter;
import refinery.pipeline.Pipeline.Step;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.Reproduction;

/** Reads a pipeline's file; every fault names the file, the line and the key. */
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
          "remedy",
          "outputs");
  private static final Set<String> OUTPUT_KEYS =
      Set.of("role", "name", "file", "holds", "media-type", "optional", "checks");
  static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
  private static final Pattern RELATIVE =
      Pattern.compile("[A-Za-z0-9_${][A-Za-z0-9_.${}-]*(/[A-Za-z0-9_${][A-Za-z0-9_.${}-]*)*");
  private static final Pattern VALUE = Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}");
  private static final String PLAIN_VALUE = "[A-Za-z0-9_][A-Za-z0-9 ._+-]{0,199}";

  private final Section file;
  private final PlaceholderCheck placeholders = new PlaceholderCheck();

  private PipelineFile(Section file) {
    this.file = file;
  }

  /**
   * @param file the whole of it, which notes what is wrong
   * @return what it says; wrong values are replaced
   */
  static Pipeline read(Section file) {
    return new PipelineFile(file).pipeline();
  }

  /**
   * @param origin names the file in messages
   * @throws ConfigurationException for the first fault
   */
  static Pipeline read(String origin, Config config) {
    List<PipelineFault> faults = new ArrayList<>();
    Pipeline pipeline = read(Section.of(origin, config, faults));
    if (!faults.isEmpty()) {
      throw new ConfigurationException(faults.getFirst().toString());
    }
    return pipeline;
  }

  private Pipeline pipeline() {
    file.onlyKeys(KEYS, "a pipeline");
    List<List<String>> inputs = inputs();
    Set<String> roles = new TreeSet<>();
    inputs.forEach(roles::addAll);
    Map<String, List<String>> tools = tools();
    Map<String, Parameter> parameters = parameters();
    StepSection reader = StepSection.of(tools.keySet(), roles, parameters, placeholders);
    List<Step> steps = reader.steps(file, List.of());
    Pipeline pipeline =
        new Pipeline(
            file.matching("name", NAME),
            file.text("version"),
            file.text("description"),
            inputs,
            file.optional("takes-command", false, Config::getBoolean),
            set(),
            NeedsSection.read(file, placeholders),
            countsReads(steps),
            parameters,
            demand(),
            tools,
            steps,
            RemedySection.read(file, steps, reader),
            outputs());
    placeholders.check(pipeline);
    return pipeline;
  }

  private List<List<String>> inputs() {
    List<List<String>> alternatives = new ArrayList<>();
    for (Object alternative :
        file.optional("inputs", List.of(), (at, path) -> at.getList(path).unwrapped())) {
      if (alternative instanceof List<?> roles && !roles.isEmpty()) {
        alternatives.add(roles.stream().map(String::valueOf).toList());
      } else {
        file.wrong("inputs", "must be a list of lists of roles, as [[reads_1, reads_2], [reads]]");
      }
    }
    return alternatives;
  }

  private Optional<String> set() {
    return file.has("takes-set")
        ? Optional.of(file.matching("takes-set", NeedsSection.ROLE))
        : Optional.empty();
  }

  private Map<String, Parameter> parameters() {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    if (!file.has("parameters")) {
      return parameters;
    }
    file.child("parameters")
        .ifPresent(
            section -> {
              for (String name : section.names()) {
                if (name.equals(Reproduction.PARAMETER)) {
                  section.wrong(name, "every pipeline has it, so none may name it");
                }
                section.child(name).ifPresent(entry -> parameters.put(name, parameter(entry)));
              }
            });
    return parameters;
  }

  private static Parameter parameter(Section entry) {
    entry.onlyKeys(Set.of("description", "default", "pattern", "from", "arguments"), "a parameter");
    Map<String, List<String>> arguments = arguments(entry);
    if (!arguments.isEmpty() && entry.has("pattern")) {
      entry.wrong("pattern", "the names in arguments are all its values, so none is needed");
    }
    Pattern plain =
        arguments.isEmpty()
            ? Pattern.compile(PLAIN_VALUE)
            : Pattern.compile(String.join("|", arguments.keySet()));
    Pattern pattern =
        entry.optional("pattern", plain, (at, path) -> Pattern.compile(at.getString(path)));
    Optional<String> fallback = entry.optionalText("default");
    fallback
        .filter(value -> !value.isEmpty() && !pattern.matcher(value).matches())
        .ifPresent(value -> entry.wrong("default", "'" + value + "' does not match " + pattern));
    Optional<String> from = entry.optionalText("from");
    from.filter(word -> !word.equals("source"))
        .ifPresent(word -> entry.wrong("from", "'" + word + "' must be source, or be left out"));
    return new Parameter(entry.text("description"), fallback, pattern, from.isPresent(), arguments);
  }

  /** What each value means on a command line. */
  private static Map<String, List<String>> arguments(Section entry) {
    Map<String, List<String>> arguments = new TreeMap<>();
    if (entry.has("arguments")) {
      entry
          .child("arguments")
          .ifPresent(
              section -> {
                for (String value : section.names()) {
                  if (!VALUE.matcher(value).matches()) {
                    section.wrong(value, "a value with arguments must match " + VALUE);
                  }
                  arguments.put(value, section.texts(value));
                }
              });
    }
    return arguments;
  }

  private Demand demand() {
    Expression nothing = Expression.parse("0", Set.of());
    Optional<Section> section = file.child("resources");
    section.ifPresent(found -> found.onlyKeys(Set.of("cpu", "memory", "disk"), "resources"));
    return section
        .map(
            found ->
                new Demand(
                    expression(found, "cpu", nothing),
                    expression(found, "memory", nothing),
                    expression(found, "disk", nothing)))
        .orElse(new Demand(nothing, nothing, nothing));
  }

  private static Expression expression(Section section, String name, Expression nothing) {
    return section.read(
        name, nothing, (at, path) -> Expression.parse(at.getString(path), InputSizes.NAMES));
  }

  private Map<String, List<String>> tools() {
    Map<String, List<String>> tools = new TreeMap<>();
    if (file.has("tools")) {
      file.child("tools")
          .ifPresent(
              section -> section.names().forEach(name -> tools.put(name, section.command(name))));
    }
    return tools;
  }

  private Optional<String> countsReads(List<Step> steps) {
    Optional<String> name = file.optionalText("counts-reads");
    if (name.isPresent()
        && steps.stream()
            .noneMatch(step -> step.name().equals(name.get()) && Builtins.countsReads(step))) {
      file.wrong(
          "counts-reads",
          "'%s' is no step that always runs one of %s"
              .formatted(name.get(), Builtins.thatCountReads()));
    }
    return name;
  }

  private List<Output> outputs() {
    List<Output> outputs = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (Section section : file.list("outputs")) {
      section.onlyKeys(OUTPUT_KEYS, "an output");
      outputs.add(
          new Output(
              role(section),
              relative(section, "name"),
              relative(section, "file"),
              section.texts("holds"),
              section.text("media-type"),
              section.optional("optional", false, Config::getBoolean),
              checks(section)));
      Output last = outputs.getLast();
      if (!taken.add(last.role().orElse(last.name()))) {
        section.wrong("name", "two outputs are named " + last.role().orElse(last.name()));
      }
    }
    return outputs;
  }

  private static Optional<String> role(Section section) {
    Optional<String> role = section.optionalText("role");
    role.filter(text -> !NAME.matcher(text).matches() || text.equals(Artifact.LOG))
        .ifPresent(
            text ->
                section.wrong(
                    "role", "'" + text + "' must match " + NAME + " and not be " + Artifact.LOG));
    return role;
  }

  private static List<OutputCheck> checks(Section section) {
    List<OutputCheck> checks = new ArrayList<>();
    for (String word : section.texts("checks")) {
      try {
        checks.add(OutputCheck.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_')));
      } catch (IllegalArgumentException e) {
        section.wrong("checks", "there is no '" + word + "'; not-empty, ends-with-newline, json");
      }
    }
    return checks;
  }

  private String relative(Section section, String name) {
    String path = section.text(name);
    if (!path.isEmpty()) {
      checkRelative(section, name, path);
      placeholders.add(section, name, List.of(path));
    }
    return path;
  }

  static void checkRelative(Section section, String name, String path) {
    if (!RELATIVE.matcher(path).matches() || path.contains("..")) {
      section.wrong(name, "'" + path + "' must be a relative path of plain names");
    }
  }
}
