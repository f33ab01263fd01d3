package refinery.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The step {@code kallisto-index-check}, with {@code inspect} (what kallisto printed about the
 * index) and {@code k}: the index is not empty and has this k. Kallisto indexes an empty FASTA
 * without complaint, and on a full disk it writes an index that is cut off and exits with 0.
 */
final class KallistoIndexCheck implements Builtin {
  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    List<String> printed = new ArrayList<>();
    try (Lines lines = new Lines(Streams.open(context.path("inspect"), context.attempt()))) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        printed.add(line);
      }
    }
    KallistoInspect index = KallistoInspect.parse(printed);
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
    String transcripts = context.facts().getOrDefault("transcripts", "");
    if (index.targets().isPresent()
        && !transcripts.isEmpty()
        && index.targets().getAsLong() != Long.parseLong(transcripts)) {
      throw StepFailure.permanent(
          "the kallisto index has %d targets, not %s"
              .formatted(index.targets().getAsLong(), transcripts));
    }
    index.largestClass().ifPresent(size -> context.learned("kallisto_max_ec", size));
    index.membership().ifPresent(sum -> context.learned("kallisto_ec_membership", sum));
    context.checked(
        "kallisto index k=%d, %d k-mers or unitigs".formatted(k, index.kmers().getAsLong()));
  }
}
