package refinery.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import refinery.expression.Quantification;
import refinery.expression.QuantificationFormat;
import refinery.expression.QuantificationReader;
import refinery.expression.UnusableInput;

/**
 * Reads that a quantifier has given to transcripts of ribosomal RNA, by the biotypes of the index.
 * Of a library most ribosomal reads come from repeats that annotations lack, so it is the least
 * that there is.
 */
final class RibosomalReads {
  private RibosomalReads() {}

  /**
   * @param table of abundances
   * @param biotypes of the index; an index of an older version has none
   * @return unknown when the table has no transcript that is known to be ribosomal RNA, or when one
   *     of the two cannot be read, which the step then says: the measure only flags, and fails no
   *     run
   */
  static OptionalDouble count(
      StepContext context, Path table, QuantificationFormat format, Path biotypes)
      throws IOException {
    if (!Files.isRegularFile(biotypes)) {
      return OptionalDouble.empty();
    }
    try {
      Set<String> ribosomal = Biotypes.ribosomal(biotypes, context.attempt());
      return ribosomal.isEmpty()
          ? OptionalDouble.empty()
          : sum(read(context, table, format), ribosomal);
    } catch (StepFailure | UnusableInput e) {
      return unknown(context, e);
    } catch (IOException e) {
      if (Streams.isDamage(e)) {
        return unknown(context, e);
      }
      throw e;
    }
  }

  private static OptionalDouble unknown(StepContext context, Exception e) {
    context.checked("the rRNA rate is unknown: " + LastWords.clean(String.valueOf(e.getMessage())));
    return OptionalDouble.empty();
  }

  private static OptionalDouble sum(Quantification run, Set<String> ribosomal) {
    boolean any = false;
    double reads = 0;
    for (int row = 0; row < run.ids().size(); row++) {
      if (ribosomal.contains(run.ids().name(row))) {
        any = true;
        reads += run.counts()[row];
      }
    }
    return any ? OptionalDouble.of(reads) : OptionalDouble.empty();
  }

  private static Quantification read(StepContext context, Path table, QuantificationFormat format)
      throws IOException, UnusableInput {
    try (InputStream in = Streams.open(table, context.attempt())) {
      return QuantificationReader.read(
          table.getFileName().toString(), in, format, Optional.empty());
    }
  }
}
