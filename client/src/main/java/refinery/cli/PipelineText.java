package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import refinery.client.Table;
import refinery.client.Units;

/** How a pipeline works, in words, from what {@code GET /pipelines} says of it. Pure. */
final class PipelineText {
  private final StringBuilder text = new StringBuilder();
  private final JsonNode pipeline;

  private PipelineText(JsonNode pipeline) {
    this.pipeline = pipeline;
  }

  static String of(JsonNode pipeline) {
    PipelineText text = new PipelineText(pipeline);
    text.line("%s, version %s", said("/name", pipeline), said("/version", pipeline));
    text.line("%s", said("/description", pipeline));
    text.line("");
    text.line("takes: %s", takes(pipeline));
    text.needs();
    text.parameters();
    text.steps();
    text.outputs();
    text.resources();
    return text.text.toString();
  }

  /** The roles of the inputs, or what else it works on. */
  static String takes(JsonNode pipeline) {
    if (pipeline.has("takes_set")) {
      return "a set of batches as " + pipeline.path("takes_set").asText();
    }
    if (pipeline.path("takes_command").asBoolean()) {
      return "a command";
    }
    List<String> alternatives = new ArrayList<>();
    pipeline.path("inputs").forEach(roles -> alternatives.add(String.join(" + ", words(roles))));
    return alternatives.isEmpty() ? "nothing" : String.join(", or ", alternatives);
  }

  private void needs() {
    for (JsonNode need : pipeline.path("needs")) {
      Set<String> with = new TreeSet<>();
      need.path("key_values")
          .properties()
          .forEach(entry -> with.add(entry.getKey() + " = " + entry.getValue().asText()));
      line(
          "needs: %s, the %s of %s%s",
          said("/role", need),
          said("/artifact", need),
          said("/pipeline", need),
          with.isEmpty() ? "" : " with " + String.join(", ", with));
    }
  }

  private void parameters() {
    JsonNode properties = pipeline.at("/parameters/properties");
    if (properties.isEmpty()) {
      return;
    }
    line("");
    line("parameters (-P NAME=VALUE):");
    Table table = new Table("NAME", "DEFAULT", "WHAT", "MATCHES");
    properties
        .properties()
        .forEach(
            entry ->
                table.row(
                    entry.getKey(),
                    fallback(entry.getValue()),
                    said("/description", entry.getValue()),
                    said("/pattern", entry.getValue()).replaceAll("^\\^\\(\\?:(.*)\\)\\$$", "$1")));
    text.append(table.shown());
  }

  private static String fallback(JsonNode parameter) {
    if (!parameter.has("default")) {
      return "(must be said)";
    }
    String value = parameter.path("default").asText();
    return value.isEmpty() ? "(empty)" : value;
  }

  private void steps() {
    line("");
    line("steps:");
    steps(pipeline.path("steps"));
    JsonNode remedy = pipeline.path("remedy");
    if (remedy.isObject()) {
      line("");
      line(
          "once, in place of %s when %s:",
          String.join(" or ", words(remedy.path("of"))), said("/on", remedy));
      steps(remedy.path("steps"));
    }
  }

  private void steps(JsonNode steps) {
    int number = 0;
    for (JsonNode step : steps) {
      number++;
      String when = String.join(" and ", conditions(step));
      line("  %d. %s%s", number, said("/name", step), when.isEmpty() ? "" : " (" + when + ")");
      if (step.has("command")) {
        line("       %s", commandLine(step));
        line("       %s", limits(step));
      } else {
        List<String> with = new ArrayList<>();
        step.path("with")
            .properties()
            .forEach(entry -> with.add(" " + entry.getKey() + "=" + oneLine(entry.getValue())));
        line("       built-in %s%s", said("/builtin", step), String.join("", with));
      }
    }
  }

  private static String oneLine(JsonNode text) {
    return text.asText().strip().replaceAll("\\s+", " ");
  }

  private static List<String> conditions(JsonNode step) {
    List<String> conditions = new ArrayList<>();
    if (!step.path("when").isEmpty()) {
      conditions.add("with " + String.join(" + ", words(step.path("when"))));
    }
    step.path("when_parameters")
        .properties()
        .forEach(
            entry -> conditions.add("if " + entry.getKey() + " = " + entry.getValue().asText()));
    if (step.has("only_if")) {
      conditions.add("only if " + step.path("only_if").asText());
    }
    return conditions;
  }

  private static String commandLine(JsonNode step) {
    StringBuilder line = new StringBuilder();
    step.path("environment")
        .properties()
        .forEach(
            entry ->
                line.append(entry.getKey()).append('=').append(entry.getValue().asText() + " "));
    line.append(String.join(" ", words(step.path("command"))));
    return line + (step.has("stdout") ? " > " + step.path("stdout").asText() : "");
  }

  private static String limits(JsonNode step) {
    return "ends after "
        + Units.time(Duration.ofSeconds(step.path("stall_seconds").asLong()))
        + " without progress, or "
        + Units.time(Duration.ofSeconds(step.path("wall_time_seconds").asLong()))
        + (step.has("container") ? "; in a container of " + step.path("container").asText() : "")
        + (step.has("tool") ? "; version of " + step.path("tool").asText() + " recorded" : "");
  }

  private void outputs() {
    if (pipeline.path("outputs").isEmpty()) {
      return;
    }
    line("");
    line("outputs:");
    for (JsonNode output : pipeline.path("outputs")) {
      line(
          "  %s (%s%s%s)",
          said("/name", output),
          said("/media_type", output),
          output.has("role") ? ", asked for as " + output.path("role").asText() : "",
          output.path("optional").asBoolean() ? ", may be missing" : "");
    }
  }

  private void resources() {
    line("");
    line("resources:");
    for (String name : List.of("cpu", "memory", "disk")) {
      line("  %-6s %s", name, pipeline.at("/resources/" + name).asText());
    }
    if (!pipeline.path("tools").isEmpty()) {
      line("");
      line("tools, and how their versions are asked:");
      pipeline
          .path("tools")
          .properties()
          .forEach(
              tool -> line("  %s: %s", tool.getKey(), String.join(" ", words(tool.getValue()))));
    }
  }

  private void line(String format, Object... values) {
    text.append(format.formatted(values).replaceAll("\\p{Cntrl}", " ")).append('\n');
  }

  private static String said(String pointer, JsonNode node) {
    return node.at(pointer).asText();
  }

  private static List<String> words(JsonNode array) {
    List<String> words = new ArrayList<>();
    array.forEach(word -> words.add(word.asText()));
    return words;
  }
}
