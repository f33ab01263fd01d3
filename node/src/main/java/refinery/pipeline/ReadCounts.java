package refinery.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.protocol.batch.RawFile;

/**
 * How many reads (pairs, where paired) a quantifier must have seen: salmon and kallisto accept
 * damaged reads with exit code 0, so the number decides. Of files of which only the beginning was
 * checked it is the number that the archive states.
 */
final class ReadCounts {
  private ReadCounts() {}

  static void check(StepContext context, String tool, long processed) throws StepFailure {
    OptionalLong counted = counted(context);
    long orphans =
        context.input("orphans").map(RawFile::reads).orElse(OptionalLong.empty()).orElse(0);
    OptionalLong stated = stated(context.parameters());
    Optional<StepFailure> problem = problem(tool, processed, counted, orphans, stated);
    if (problem.isPresent()) {
      throw problem.get();
    }
    String as =
        counted.isEmpty()
            ? "as the archive states; before, the beginning of the files was checked"
            : stated.isPresent() ? "as counted and as the archive states" : "as counted";
    context.checked("%s read %d reads, %s".formatted(tool, processed, as));
  }

  /**
   * Pure.
   *
   * @param counted reads that each file holds; empty: nobody read the whole files
   * @param orphans reads without a mate, which the tool does not see
   * @param stated by the archive, orphans included
   */
  static Optional<StepFailure> problem(
      String tool, long processed, OptionalLong counted, long orphans, OptionalLong stated) {
    if (counted.isPresent() && processed != counted.getAsLong()) {
      return Optional.of(
          StepFailure.corrupt(
              "%s read %d reads, but %d were counted: the raw files are damaged"
                  .formatted(tool, processed, counted.getAsLong())));
    }
    if (counted.isPresent()
        && stated.isPresent()
        && counted.getAsLong() + orphans != stated.getAsLong()) {
      return Optional.of(
          StepFailure.corrupt(
              "%d reads and %d without mate are there, but the archive states %d"
                  .formatted(counted.getAsLong(), orphans, stated.getAsLong())));
    }
    if (counted.isEmpty() && stated.isEmpty()) {
      return Optional.of(StepFailure.permanent("nobody counted the reads"));
    }
    // The same bytes would give the same number again: not corrupt, which is tried again.
    return counted.isPresent() || processed + orphans == stated.getAsLong()
        ? Optional.empty()
        : Optional.of(
            StepFailure.permanent(
                ("%s read %d reads%s, but the archive states %d: the archive's files are not what"
                        + " it states, though their MD5 is; with refinery.transfer.reads.check ="
                        + " whole a download finds that, and tries the other archives")
                    .formatted(
                        tool,
                        processed,
                        orphans == 0 ? "" : " and " + orphans + " have no mate",
                        stated.getAsLong())));
  }

  /** Empty when a file was not counted. */
  private static OptionalLong counted(StepContext context) throws StepFailure {
    List<String> roles =
        context.input("reads_1").isPresent() ? List.of("reads_1", "reads_2") : List.of("reads");
    OptionalLong first = count(context, roles.getFirst());
    OptionalLong second = count(context, roles.getLast());
    if (first.isEmpty() || second.isEmpty()) {
      return OptionalLong.empty();
    }
    if (first.getAsLong() != second.getAsLong()) {
      throw StepFailure.corrupt(
          "%d first and %d second mates: the raw files are damaged"
              .formatted(first.getAsLong(), second.getAsLong()));
    }
    return first;
  }

  private static OptionalLong count(StepContext context, String role) throws StepFailure {
    return context
        .input(role)
        .orElseThrow(() -> StepFailure.permanent("there is no file of role " + role))
        .reads();
  }

  static OptionalLong stated(Map<String, String> parameters) {
    String text = parameters.getOrDefault("read_count", "").strip();
    return text.matches("[1-9]\\d{0,17}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }
}
