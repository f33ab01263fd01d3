package refinery.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
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
   * @return unknown when the table has no transcript that is known to be ribosomal RNA
   */
  static OptionalDouble count(
      StepContext context, Path table, QuantificationFormat format, Path biotypes)
      throws IOException, StepFailure {
    if (!Files.isRegularFile(biotypes)) {
      return OptionalDouble.empty();
    }
    Map<String, String> known = Biotypes.read(biotypes, context.attempt());
    Quantification run = read(context, table, format);
    boolean any = false;
    double reads = 0;
    for (int row = 0; row < run.ids().size(); row++) {
      if (Biotypes.isRibosomal(known.getOrDefault(run.ids().name(row), ""))) {
        any = true;
        reads += run.counts()[row];
      }
    }
    return any ? OptionalDouble.of(reads) : OptionalDouble.empty();
  }

  private static Quantification read(StepContext context, Path table, QuantificationFormat format)
      throws IOException, StepFailure {
    try (InputStream in = Streams.open(table, context.attempt())) {
      return QuantificationReader.read(
          table.getFileName().toString(), in, format, Optional.empty());
    } catch (UnusableInput e) {
      throw StepFailure.permanent(LastWords.clean(e.getMessage()));
    }
  }
}
