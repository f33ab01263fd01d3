package refinery.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import refinery.pipeline.Pipeline.Action;
import refinery.protocol.Json;

/** A pipeline as JSON, for programs and for {@code refinery pipelines NAME}. Pure. */
final class PipelineDescription {
  private PipelineDescription() {}

  static JsonNode of(Pipeline pipeline) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("name", pipeline.name());
    node.put("version", pipeline.version());
    node.put("description", pipeline.description());
    node.set("inputs", Json.MAPPER.valueToTree(pipeline.inputs()));
    node.put("takes_command", pipeline.takesCommand());
    pipeline.set().ifPresent(role -> node.put("takes_set", role));
    node.set("parameters", parameters(pipeline));
    node.set("needs", Json.MAPPER.valueToTree(pipeline.needs()));
    ObjectNode resources = node.putObject("resources");
    resources.put("cpu", pipeline.demand().cpu().toString());
    resources.put("memory", pipeline.demand().memory().toString());
    resources.put("disk", pipeline.demand().disk().toString());
    node.set("tools", Json.MAPPER.valueToTree(new TreeMap<>(pipeline.tools())));
    ArrayNode steps = node.putArray("steps");
    pipeline.steps().forEach(step -> steps.add(step(step)));
    pipeline
        .remedy()
        .ifPresent(
            remedy -> {
              ObjectNode entry = node.putObject("remedy").put("on", remedy.on().word());
              entry.set("of", Json.MAPPER.valueToTree(new TreeSet<>(remedy.of())));
              ArrayNode instead = entry.putArray("steps");
              remedy.steps().forEach(step -> instead.add(step(step)));
            });
    pipeline.countsReads().ifPresent(name -> node.put("counts_reads", name));
    ArrayNode outputs = node.putArray("outputs");
    for (Pipeline.Output output : pipeline.outputs()) {
      ObjectNode entry = outputs.addObject().put("name", output.name());
      output.role().ifPresent(role -> entry.put("role", role));
      entry.put("media_type", output.mediaType()).put("optional", output.optional());
    }
    return node;
  }

  private static ObjectNode step(Pipeline.Step step) {
    ObjectNode entry = Json.MAPPER.createObjectNode().put("name", step.name());
    entry.set("when", Json.MAPPER.valueToTree(step.when()));
    step.onlyIf().ifPresent(fact -> entry.put("only_if", fact));
    if (!step.whenParameters().isEmpty()) {
      entry.set("when_parameters", Json.MAPPER.valueToTree(new TreeMap<>(step.whenParameters())));
    }
    if (!step.replaces().isEmpty()) {
      entry.set("replaces", Json.MAPPER.valueToTree(new TreeMap<>(step.replaces())));
    }
    switch (step.action()) {
      case Action.Command command -> {
        entry.set("command", Json.MAPPER.valueToTree(command.arguments()));
        entry.set("environment", Json.MAPPER.valueToTree(new TreeMap<>(command.environment())));
        step.stdout().ifPresent(file -> entry.put("stdout", file));
        command.container().ifPresent(image -> entry.put("container", image));
        step.tool().ifPresent(tool -> entry.put("tool", tool));
        if (!step.exitCodes().equals(Set.of(0))) {
          entry.set("exit_codes", Json.MAPPER.valueToTree(new TreeSet<>(step.exitCodes())));
        }
        entry.put("stall_seconds", step.stall().toSeconds());
        entry.put("wall_time_seconds", step.wallTime().toSeconds());
      }
      case Action.Builtin builtin -> {
        entry.put("builtin", builtin.name());
        entry.set("with", Json.MAPPER.valueToTree(new TreeMap<>(builtin.with())));
      }
    }
    return entry;
  }

  /** A JSON Schema (2020-12) of the parameters. */
  private static JsonNode parameters(Pipeline pipeline) {
    ObjectNode schema = Json.MAPPER.createObjectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    new TreeMap<>(pipeline.parameters())
        .forEach(
            (name, parameter) -> {
              ObjectNode property = properties.putObject(name);
              property.put("type", "string");
              property.put("description", parameter.description());
              property.put("pattern", "^(?:" + parameter.pattern() + ")$");
              parameter
                  .fallback()
                  .ifPresentOrElse(
                      value -> property.put("default", value), () -> required.add(name));
              if (!parameter.arguments().isEmpty()) {
                ArrayNode values = property.putArray("enum");
                new TreeMap<>(parameter.arguments()).keySet().forEach(values::add);
              }
            });
    return schema;
  }
}
