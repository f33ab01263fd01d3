package refinery.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The step {@code fastp-check}, with {@code report} (fastp's JSON): fastp has read as many reads as
 * were counted, or as the archive states, and some are left. How many are left is what later steps
 * must read.
 */
final class FastpCheck implements Builtin {
  /** Facts: reads (pairs count once) before and after, and shares in per cent. */
  static final String BEFORE = "trim_reads_before";

  static final String KEPT = "trim_reads_kept";
  static final String PASSED_PERCENT = "trim_passed_percent";
  static final String DUPLICATES_PERCENT = "trim_duplicates_percent";

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Path file = context.path("report");
    JsonNode report = JsonFile.read(file);
    JsonNode summary = report.path("summary");
    int mates = context.input("reads_1").isPresent() ? 2 : 1;
    long before = JsonFile.number(file, summary.path("before_filtering"), "total_reads") / mates;
    long kept = JsonFile.number(file, summary.path("after_filtering"), "total_reads") / mates;
    ReadCounts.check(context, "fastp", before);
    if (kept == 0) {
      throw StepFailure.permanent(
          "fastp keeps none of %d reads: %s".formatted(before, report.path("filtering_result")));
    }
    context.learned(BEFORE, before);
    context.learned(KEPT, kept);
    context.learned(PASSED_PERCENT, percent((double) kept / before));
    if (report.path("duplication").path("rate").isNumber()) {
      double rate = report.path("duplication").path("rate").asDouble();
      context.learned(DUPLICATES_PERCENT, percent(rate));
    }
    context.checked("fastp keeps %d of %d reads".formatted(kept, before));
  }

  /** The number of reads that trimming has left; empty if nothing was trimmed. */
  static Optional<Long> kept(StepContext context) {
    return Optional.ofNullable(context.facts().get(KEPT)).map(Long::valueOf);
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.4f", 100 * part);
  }
}
