package refinery.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import refinery.pipeline.Pipeline.Action;
import refinery.pipeline.Pipeline.ArtifactNeed;
import refinery.pipeline.Pipeline.Output;
import refinery.pipeline.Pipeline.Step;

/** Checks at the node's start that all placeholders of a pipeline can be filled in. */
final class PlaceholderCheck {
  private PlaceholderCheck() {}

  record Problem(String key, String message) {}

  static Optional<Problem> problem(Pipeline pipeline) {
    Set<String> known = new TreeSet<>(Set.of("threads", "memory.bytes", "memory.gib"));
    pipeline.parameters().keySet().forEach(name -> known.add("parameter." + name));
    pipeline.inputs().forEach(roles -> roles.forEach(role -> known.add("input." + role)));
    if (pipeline.takesCommand()) {
      known.add("command");
    }
    pipeline.set().ifPresent(known::add);
    for (ArtifactNeed need : pipeline.needs()) {
      known.add(need.role());
      need.keyValues().keySet().forEach(key -> known.add(need.role() + "." + key));
    }
    for (Map.Entry<String, List<String>> entry : templates(pipeline).entrySet()) {
      for (String template : entry.getValue()) {
        for (String name : Placeholders.names(template)) {
          if (!known.contains(name)) {
            return Optional.of(
                new Problem(
                    entry.getKey(),
                    "nothing will be known of ${" + name + "}; known are " + known));
          }
        }
        if (Placeholders.NAME.matcher(template).replaceAll("").contains("${")) {
          return Optional.of(new Problem(entry.getKey(), "malformed placeholder: " + template));
        }
      }
    }
    return Optional.empty();
  }

  private static Map<String, List<String>> templates(Pipeline pipeline) {
    Map<String, List<String>> templates = new TreeMap<>();
    for (int i = 0; i < pipeline.steps().size(); i++) {
      Step step = pipeline.steps().get(i);
      templates.put("steps[" + i + "].stdout", step.stdout().stream().toList());
      switch (step.action()) {
        case Action.Command command ->
            templates.put("steps[" + i + "].command", command.arguments());
        case Action.Builtin builtin ->
            templates.put("steps[" + i + "].with", List.copyOf(builtin.with().values()));
      }
    }
    List<String> names = new ArrayList<>();
    for (Output output : pipeline.outputs()) {
      names.add(output.name());
      names.add(output.file());
    }
    templates.put("outputs", names);
    for (ArtifactNeed need : pipeline.needs()) {
      List<String> texts = new ArrayList<>(need.keyValues().values());
      texts.add(need.organism());
      texts.addAll(need.chosen().values());
      need.anyOf().forEach(facets -> texts.addAll(facets.values()));
      texts.addAll(need.hints());
      templates.put("needs." + need.role(), texts);
    }
    return templates;
  }
}
