package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import refinery.pipeline.IndexComplexity.Limits;

/**
 * The step {@code kallisto-index-check}, with {@code inspect} (what kallisto printed about the
 * index) and {@code k}: the index is not empty, has this k and all transcripts. Kallisto indexes an
 * empty FASTA without complaint, and on a full disk it writes an index that is cut off and exits
 * with 0. With {@code largest-class} and {@code membership} it says whether the index exceeds them.
 */
final class KallistoIndexCheck implements Builtin {
  /** The fact that tells whether the index of all transcripts is too complex. */
  static final String ABOVE = "kallisto_above_limits";

  static final String LARGEST = "kallisto_max_ec";
  static final String MEMBERSHIP = "kallisto_ec_membership";

  @Override
  public Set<String> decides() {
    return Set.of(ABOVE);
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    KallistoInspect index =
        checked(context, context.path("inspect"), context.facts().getOrDefault("transcripts", ""));
    learn(context, index);
    if (context.optional("largest-class").isPresent()) {
      List<String> above = Limits.of(context).exceededBy(index);
      context.learned(ABOVE, !above.isEmpty());
      above.forEach(context::checked);
    }
  }

  static void learn(StepContext context, KallistoInspect index) {
    index.largestClass().ifPresent(size -> context.learned(LARGEST, size));
    index.membership().ifPresent(sum -> context.learned(MEMBERSHIP, sum));
  }

  /**
   * What kallisto printed about an index that passes.
   *
   * @param transcripts number that it must have; empty: unknown
   */
  static KallistoInspect checked(StepContext context, Path printed, String transcripts)
      throws IOException, StepFailure {
    KallistoInspect index = KallistoInspect.parse(lines(context, printed));
    if (index.kmers().isEmpty()) {
      throw StepFailure.cutShort("kallisto inspect says nothing of the index");
    }
    if (index.kmers().getAsLong() == 0) {
      throw StepFailure.permanent(
          "the kallisto index holds no k-mer: every transcript is too short");
    }
    long k = Long.parseLong(context.text("k"));
    if (index.k().isPresent() && index.k().getAsLong() != k) {
      throw StepFailure.permanent("the kallisto index has k=" + index.k().getAsLong());
    }
    OptionalLong targets = index.targets();
    if (targets.isPresent()
        && !transcripts.isEmpty()
        && targets.getAsLong() != Long.parseLong(transcripts)) {
      throw StepFailure.permanent(
          "the kallisto index has %d targets, not %s".formatted(targets.getAsLong(), transcripts));
    }
    context.checked(
        "kallisto index k=%d, %d k-mers or unitigs".formatted(k, index.kmers().getAsLong()));
    return index;
  }

  private static List<String> lines(StepContext context, Path printed)
      throws IOException, StepFailure {
    List<String> all = new ArrayList<>();
    try (Lines lines = new Lines(Streams.open(printed, context.attempt()))) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        all.add(line);
      }
    }
    return all;
  }
}
