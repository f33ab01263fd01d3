package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import refinery.compendium.GeneRule;
import refinery.curation.Curation;
import refinery.curation.Judgement;
import refinery.curation.OutlierFilter;
import refinery.curation.Transform;
import refinery.dataset.store.SampleEntry;
import refinery.metadata.Harmonisation;
import refinery.metadata.HarmonisationFile;
import refinery.protocol.dataset.SampleColumn;
import refinery.recipe.CurationFiles;

/**
 * The step {@code curation}: judges the runs in the stores of datasets in the table {@code list} by
 * how they agree with those of the same {@code group}, and writes tables and plots to the directory
 * {@code dir}. With {@code organism}, {@code norm}, {@code margin}, {@code robust-z}, {@code
 * least-mapped-percent} and {@code names}.
 */
final class CurationStep implements Builtin {
  /** Read when it is first needed; the node has checked it at its start. */
  private static final class Rules {
    static final Harmonisation HARMONISATION = HarmonisationFile.load();
  }

  @Override
  public String rulesDigest(String named) {
    return Rules.HARMONISATION.fingerprint();
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure, InterruptedException {
    Path dir = Files.createDirectories(context.path("dir"));
    String group = context.text("group");
    boolean amalgkit = context.text("names").equals("amalgkit");
    Transform transform =
        Stream.of(Transform.values())
            .filter(each -> each.word().equals(context.optional("norm").orElse("")))
            .findFirst()
            .orElseThrow(() -> StepFailure.permanent("the step's with.norm is no word it knows"));
    OutlierFilter.Thresholds thresholds =
        new OutlierFilter.Thresholds(
            number(context, "margin"),
            number(context, "robust-z"),
            number(context, "least-mapped-percent"));
    RecipeInputs.with(
        context,
        GeneRule.INNER,
        samples -> {
          try {
            Curation made =
                new CurationFiles(
                        samples,
                        entry -> group(entry, group),
                        transform,
                        thresholds,
                        RecipeInputs.MEMORY)
                    .write(name -> context.room().create(dir.resolve(name)), amalgkit);
            tell(context, made);
          } catch (LinkageError | InternalError noFonts) {
            throw StepFailure.permanent(
                "plots cannot be drawn on this node, which needs fontconfig and a font: "
                    + noFonts);
          }
        });
  }

  private static void tell(StepContext context, Curation made) {
    long flagged = made.judgements().stream().filter(Judgement::isFlagged).count();
    context.learned("runs", made.judgements().size());
    context.learned("runs_flagged", flagged);
    context.learned("groups", made.after().groups().size());
    context.checked(
        "%d runs of %d groups, %d flagged in %d rounds; %d genes are in all"
            .formatted(
                made.judgements().size(),
                made.before().groups().size(),
                flagged,
                made.rounds(),
                made.genes()));
  }

  /**
   * A field of the harmonised form of what is known of a sample, or else that attribute. A dataset
   * tells the field; of one that is older it is made of the words that it has.
   */
  static String group(SampleEntry entry, String field) {
    Map<String, String> known = new TreeMap<>(entry.attributes());
    String told = known.getOrDefault(SampleColumn.HARMONISED + field, "");
    return told.isEmpty()
        ? Optional.ofNullable(Rules.HARMONISATION.of(known).get(field))
            .map(harmonised -> harmonised.value())
            .orElseGet(() -> known.getOrDefault(field, ""))
        : told;
  }

  private static double number(StepContext context, String key) throws StepFailure {
    try {
      return Double.parseDouble(context.text(key));
    } catch (NumberFormatException wrong) {
      throw StepFailure.permanent("the step's with." + key + " is no number");
    }
  }
}
