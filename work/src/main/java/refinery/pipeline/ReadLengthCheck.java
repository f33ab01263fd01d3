package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import refinery.protocol.batch.RawFile;

/**
 * The step {@code read-length-check}: fails if no read has {@code k} bases, because such reads
 * cannot be found in an index of k-mers. The first 1,000 reads of each file decide, whatever the
 * archive states of their length. Malformed FASTQ is left to the other checks.
 */
final class ReadLengthCheck implements Builtin {
  private static final String TOO_SHORT =
      "the reads are at most %d bases long (the first %d of each file), shorter than k = %d of the"
          + " index, so none can be found in it; the parameter k asks for another index";
  private static final int LOOKED_AT = 1000;

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    int k = Integer.parseInt(context.text("k"));
    int longest = 0;
    List<String> lengths = new ArrayList<>();
    for (RawFile file : context.inputs()) {
      OptionalInt length = longest(file, context);
      if (length.isPresent()) {
        longest = Math.max(longest, length.getAsInt());
        lengths.add("%s at most %d bases long".formatted(file.role(), length.getAsInt()));
      }
    }
    if (!lengths.isEmpty() && longest < k) {
      throw StepFailure.permanent(TOO_SHORT.formatted(longest, LOOKED_AT, k));
    }
    context.checked("k = %d; of the first reads: %s".formatted(k, String.join(", ", lengths)));
  }

  /** The longest of the first reads; empty if there is no file or it is not FASTQ. */
  private static OptionalInt longest(RawFile file, StepContext context)
      throws IOException, StepFailure {
    var path = context.inside(InputNames.path(file));
    if (!Files.isRegularFile(path)) {
      return OptionalInt.empty();
    }
    OptionalInt longest = OptionalInt.empty();
    try (Lines lines = new Lines(Streams.open(path, context.attempt()))) {
      for (int read = 0; read < LOOKED_AT; read++) {
        String name = lines.next();
        String bases = lines.next();
        String separator = lines.next();
        if (lines.next() == null || !name.startsWith("@") || !separator.startsWith("+")) {
          break;
        }
        longest = OptionalInt.of(Math.max(longest.orElse(0), bases.length()));
      }
    } catch (IOException e) {
      if (!Streams.isDamage(e)) {
        throw e;
      }
    }
    return longest;
  }
}
