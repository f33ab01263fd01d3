package refinery.pipeline;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import refinery.pipeline.Pipeline.Action;
import refinery.pipeline.Pipeline.Remedy;
import refinery.pipeline.Pipeline.Step;

/** Reads what a pipeline's file says of a remedy. */
final class RemedySection {
  private static final Set<String> KEYS = Set.of("on", "of", "steps");

  private RemedySection() {}

  /**
   * @param file the whole of it
   * @param steps those of the pipeline
   * @param reader reads the steps of a section
   */
  static Optional<Remedy> read(Section file, List<Step> steps, StepSection reader) {
    if (!file.has("remedy")) {
      return Optional.empty();
    }
    return file.child("remedy").map(section -> remedy(section, steps, reader));
  }

  private static Remedy remedy(Section section, List<Step> steps, StepSection reader) {
    section.onlyKeys(KEYS, "a remedy");
    Remedy.Trigger on = Remedy.Trigger.STALLED;
    Optional<Remedy.Trigger> said = Remedy.Trigger.of(section.text("on"));
    if (said.isEmpty()) {
      section.wrong("on", "must be one of " + Remedy.Trigger.words());
    } else {
      on = said.get();
    }
    Set<String> commands =
        steps.stream()
            .filter(step -> step.action() instanceof Action.Command)
            .map(Step::name)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> of = new HashSet<>(section.texts("of"));
    if (of.isEmpty() || !commands.containsAll(of)) {
      section.wrong("of", "must name steps that run a command; there are " + commands);
    }
    return new Remedy(on, of, reader.steps(section, steps));
  }
}
