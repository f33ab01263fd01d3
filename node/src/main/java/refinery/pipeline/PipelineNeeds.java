package refinery.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import refinery.pipeline.Pipeline.ArtifactNeed;
import refinery.pipeline.Pipeline.ByReadLength;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.RawFile;

/** Which outputs of other batches a run needs. Pure. */
final class PipelineNeeds {
  private static final String AUTO = "auto";

  private PipelineNeeds() {}

  static List<Need> of(Pipeline pipeline, RunInputs inputs) throws StepFailure {
    Map<String, String> values = new HashMap<>();
    inputs.parameters().forEach((name, value) -> values.put("parameter." + name, value));
    Placeholders placeholders = new Placeholders(values, Map.of());
    List<Need> needs = new ArrayList<>();
    for (ArtifactNeed need : pipeline.needs()) {
      needs.add(
          new Need(
              need.role(),
              selector(need, inputs, placeholders),
              placeholders.text(need.hint()).strip()));
    }
    return needs;
  }

  private static Selector selector(ArtifactNeed need, RunInputs inputs, Placeholders placeholders)
      throws StepFailure {
    Selector selector = Selector.of(need.pipeline(), need.artifact());
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
    return need.latestBy().map(selector::latestBy).orElse(selector);
  }

  /** Of the reads that were counted; else what the batch says. */
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
