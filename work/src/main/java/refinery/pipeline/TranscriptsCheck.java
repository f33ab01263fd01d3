package refinery.pipeline;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The step {@code transcripts-check}: {@code fasta} has exactly the transcripts of {@code map}.
 * RSEM only warns about transcripts on sequences that the genome lacks, and exits with 0.
 */
final class TranscriptsCheck implements Builtin {
  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Set<String> missing = new HashSet<>();
    try (Lines lines = new Lines(Streams.open(context.path("map"), context.attempt()))) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        missing.add(line.substring(line.indexOf('\t') + 1));
      }
    }
    int expected = missing.size();
    try {
      Fasta.scan(
          context.path("fasta"),
          context.attempt(),
          (name, length) -> {
            if (!missing.remove(name)) {
              throw StepFailure.permanent("transcript " + name + " was extracted but not expected");
            }
            if (length == 0) {
              throw StepFailure.cutShort("transcript " + name + " was extracted without bases");
            }
          });
    } catch (StepFailure failure) {
      if (failure.failure().failureClass() == refinery.protocol.FailureClass.CORRUPT) {
        throw StepFailure.cutShort(failure.getMessage());
      }
      throw failure;
    }
    if (!missing.isEmpty()) {
      List<String> some = missing.stream().sorted().limit(3).toList();
      throw StepFailure.permanent(
          "%d of %d expected transcripts were not extracted (%s, ...): the genome is cut short or does not fit the annotation"
              .formatted(missing.size(), expected, String.join(", ", some)));
    }
    context.checked("all " + expected + " expected transcripts were extracted");
  }
}
