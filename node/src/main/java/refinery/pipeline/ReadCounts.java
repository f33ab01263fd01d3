package refinery.pipeline;

import java.io.IOException;
import java.util.OptionalLong;
import refinery.protocol.batch.RawFile;

/**
 * How many reads (pairs, where paired) a quantifier must have seen: salmon and kallisto accept
 * damaged reads with exit code 0, so the number decides.
 */
final class ReadCounts {
  private ReadCounts() {}

  static void check(StepContext context, String tool, long processed)
      throws IOException, StepFailure {
    long expected = expected(context);
    if (processed != expected) {
      throw StepFailure.corrupt(
          "%s read %d reads, but %d were counted: the raw files are damaged"
              .formatted(tool, processed, expected));
    }
    long orphans =
        context.input("orphans").map(RawFile::reads).orElse(OptionalLong.empty()).orElse(0);
    OptionalLong stated = stated(context);
    if (stated.isPresent() && expected + orphans != stated.getAsLong()) {
      throw StepFailure.corrupt(
          "%d reads and %d without mate are there, but the archive states %d"
              .formatted(expected, orphans, stated.getAsLong()));
    }
    context.checked(
        "%s read %d reads, as counted%s"
            .formatted(tool, processed, stated.isPresent() ? " and as the archive states" : ""));
  }

  private static long expected(StepContext context) throws IOException, StepFailure {
    if (context.input("reads_1").isEmpty()) {
      return count(context, "reads");
    }
    long first = count(context, "reads_1");
    long second = count(context, "reads_2");
    if (first != second) {
      throw StepFailure.corrupt(
          "%d first and %d second mates: the raw files are damaged".formatted(first, second));
    }
    return first;
  }

  /** As counted by the download; counted here where it was not. */
  private static long count(StepContext context, String role) throws IOException, StepFailure {
    RawFile file =
        context
            .input(role)
            .orElseThrow(() -> StepFailure.permanent("there is no file of role " + role));
    return file.reads().isPresent()
        ? file.reads().getAsLong()
        : FastqCount.count(context.inside(InputNames.path(file)), context.attempt());
  }

  private static OptionalLong stated(StepContext context) {
    String text = context.parameters().getOrDefault("read_count", "").strip();
    return text.matches("[1-9]\\d{0,17}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }
}
