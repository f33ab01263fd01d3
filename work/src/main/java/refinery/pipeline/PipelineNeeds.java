package refinery.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.pipeline.Pipeline.ArtifactNeed;
import refinery.pipeline.Pipeline.ByReadLength;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.RawFile;

/** Finds the outputs of other batches that a run needs. Pure. */
final class PipelineNeeds {
  private static final String AUTO = "auto";

  private PipelineNeeds() {}

  static List<Need.One> of(Pipeline pipeline, RunInputs inputs) throws StepFailure {
    Map<String, String> values = new HashMap<>();
    inputs.parameters().forEach((name, value) -> values.put("parameter." + name, value));
    Placeholders placeholders = new Placeholders(values, Map.of());
    List<Need.One> needs = new ArrayList<>();
    for (ArtifactNeed need : pipeline.needs()) {
      needs.add(
          new Need.One(
              need.role(), selector(need, inputs, placeholders), hint(need, placeholders)));
    }
    return needs;
  }

  /** The first line of which nothing comes out empty. */
  private static String hint(ArtifactNeed need, Placeholders placeholders) {
    return need.hints().stream()
        .filter(hint -> isFilled(hint, placeholders))
        .map(hint -> placeholders.text(hint).strip())
        .findFirst()
        .orElse("");
  }

  private static boolean isFilled(String template, Placeholders placeholders) {
    return Placeholders.NAME
        .matcher(template)
        .results()
        .noneMatch(found -> placeholders.text(found.group()).isEmpty());
  }

  /** The texts, if none of them comes out empty. */
  private static Optional<Map<String, String>> filled(
      Map<String, String> templates, Placeholders placeholders) {
    Map<String, String> texts = new TreeMap<>();
    templates.forEach((key, template) -> texts.put(key, placeholders.text(template).strip()));
    return texts.isEmpty() || texts.containsValue("") ? Optional.empty() : Optional.of(texts);
  }

  private static Selector selector(ArtifactNeed need, RunInputs inputs, Placeholders placeholders)
      throws StepFailure {
    Selector selector = Selector.of(placeholders.text(need.pipeline()), need.artifact());
    String organism = placeholders.text(need.organism());
    if (!organism.isEmpty()) {
      selector = selector.ofOrganism(organism);
    }
    for (Map.Entry<String, String> entry : need.keyValues().entrySet()) {
      String value = placeholders.text(entry.getValue());
      ByReadLength rule = need.byReadLength().get(entry.getKey());
      if (rule != null && value.equals(AUTO)) {
        value = meanReadLength(inputs) > rule.longerThan() ? rule.then() : rule.otherwise();
      }
      if (!value.isEmpty()) {
        selector = selector.with(entry.getKey(), value);
      }
    }
    List<Map<String, String>> alternatives =
        filled(need.chosen(), placeholders)
            .map(List::of)
            .orElseGet(
                () ->
                    need.anyOf().stream()
                        .flatMap(facets -> filled(facets, placeholders).stream())
                        .distinct()
                        .toList());
    if (alternatives.isEmpty() && !need.anyOf().isEmpty()) {
      throw StepFailure.permanent(
          "nothing that the archive says of it chooses its %s (it wants %s)"
              .formatted(need.role(), need.anyOf().getFirst().keySet()));
    }
    for (Map<String, String> facets : alternatives) {
      selector = selector.or(facets);
    }
    return need.latestBy().map(selector::latestBy).orElse(selector);
  }

  /** The mean length of the reads if all were counted, otherwise as the batch states it. */
  private static double meanReadLength(RunInputs inputs) throws StepFailure {
    boolean counted = inputs.chosen().stream().allMatch(file -> file.reads().isPresent());
    long reads = 0;
    long bases = 0;
    for (RawFile file : inputs.chosen()) {
      reads += file.reads().orElse(0);
      bases += file.bases().orElse(0);
    }
    if (counted && reads > 0 && bases > 0) {
      return (double) bases / reads;
    }
    for (String name : new String[] {"mean_read_length", "average_read_length"}) {
      String text = inputs.said().getOrDefault(name, "");
      if (text.matches("\\d{1,7}(\\.\\d{1,20})?")) {
        return Double.parseDouble(text);
      }
    }
    throw StepFailure.permanent("the mean read length is not known, so no index can be chosen");
  }
}
