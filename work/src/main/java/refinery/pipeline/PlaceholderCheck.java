package refinery.pipeline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Checks that all placeholders of a pipeline's file can be filled in. */
final class PlaceholderCheck {
  private final List<Template> templates = new ArrayList<>();

  private record Template(Section section, String name, List<String> texts) {}

  /** Notes texts that may hold placeholders, and where they are. */
  void add(Section section, String name, Collection<String> texts) {
    templates.add(new Template(section, name, List.copyOf(texts)));
  }

  /** Notes a fault for each placeholder that nothing will fill in. */
  void check(Pipeline pipeline) {
    Set<String> known = known(pipeline);
    for (Template template : templates) {
      for (String text : template.texts()) {
        for (String name : Placeholders.names(text)) {
          if (!known.contains(name)) {
            template
                .section()
                .wrong(
                    template.name(),
                    "nothing will be known of ${" + name + "}; known are " + known);
          }
        }
        if (Placeholders.NAME.matcher(text).replaceAll("").contains("${")) {
          template.section().wrong(template.name(), "malformed placeholder: " + text);
        }
      }
    }
  }

  private static Set<String> known(Pipeline pipeline) {
    Set<String> known = new TreeSet<>(Set.of("threads", "memory.bytes", "memory.gib"));
    pipeline.parameters().keySet().forEach(name -> known.add("parameter." + name));
    pipeline
        .parameters()
        .forEach(
            (name, parameter) -> {
              if (!parameter.arguments().isEmpty()) {
                known.add("arguments." + name);
              }
            });
    pipeline.inputs().forEach(roles -> roles.forEach(role -> known.add("input." + role)));
    if (pipeline.takesCommand()) {
      known.add("command");
    }
    pipeline.set().ifPresent(known::add);
    for (Pipeline.ArtifactNeed need : pipeline.needs()) {
      known.add(need.role());
      need.keyValues().keySet().forEach(key -> known.add(need.role() + "." + key));
    }
    return known;
  }
}
