package refinery.pipeline;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.protocol.Failure;
import refinery.protocol.batch.RawFile;
import refinery.transfer.WholeReads;

/**
 * Checks how many reads (pairs, if paired) a quantifier has read. Salmon and kallisto accept
 * damaged reads with exit code 0, so the number decides. If only the beginning of the files was
 * checked, it must be the number that the archive states; if it is not, the files are read to their
 * end, which tells a wrong number from a damaged file.
 */
final class ReadCounts {
  private ReadCounts() {}

  static void check(StepContext context, String tool, long processed)
      throws IOException, StepFailure {
    Optional<Long> trimmed = FastpCheck.kept(context);
    if (trimmed.isPresent()) {
      checkTrimmed(context, tool, processed, trimmed.get());
      return;
    }
    OptionalLong stated = stated(context.parameters());
    long orphans =
        context.input("orphans").map(RawFile::reads).orElse(OptionalLong.empty()).orElse(0);
    OptionalLong counted = counted(context.inputs());
    if (isUnproven(processed, counted, orphans, stated)) {
      counted = counted(read(context, tool, processed, orphans, stated.getAsLong()));
      stated = OptionalLong.empty();
    }
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

  /** The raw reads were compared when they were trimmed. */
  private static void checkTrimmed(StepContext context, String tool, long processed, long kept)
      throws StepFailure {
    if (processed != kept) {
      throw StepFailure.cutShort(
          "%s read %d reads, but trimming has left %d".formatted(tool, processed, kept));
    }
    context.checked("%s read %d reads, as trimming has left".formatted(tool, processed));
  }

  /** True if nobody counted the reads of the files, and the tool's number is not the stated one. */
  static boolean isUnproven(
      long processed, OptionalLong counted, long orphans, OptionalLong stated) {
    return counted.isEmpty() && stated.isPresent() && processed + orphans != stated.getAsLong();
  }

  /** The files with their number of reads; fails if one is damaged. */
  private static List<RawFile> read(
      StepContext context, String tool, long processed, long orphans, long stated)
      throws IOException, StepFailure {
    WholeReads reads =
        new WholeReads(file -> context.work().resolve(InputNames.path(file)), context.attempt());
    return switch (reads.check(context.inputs(), orphans, context.parameters())) {
      case WholeReads.Verdict.Good good -> {
        good.differs().ifPresent(said -> context.learned(WholeReads.COUNT_DIFFERS, said));
        good.words().forEach(context::checked);
        yield good.files();
      }
      case WholeReads.Verdict.Bad bad ->
          throw new StepFailure(
              Failure.of(
                  bad.failure().failureClass(),
                  "%s read %d reads%s, but the archive states %d: %s"
                      .formatted(
                          tool,
                          processed,
                          orphans == 0 ? "" : " and " + orphans + " have no mate",
                          stated,
                          bad.failure().message())));
    };
  }

  /**
   * Pure.
   *
   * @param processed reads that the tool has read
   * @param counted reads of each file; empty: the whole files were not read
   * @param orphans reads without a mate, which the tool does not get
   * @param stated number that the archive states, orphans included
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
    return Optional.empty();
  }

  /** The number of reads of each file; empty if a file was not counted. */
  private static OptionalLong counted(List<RawFile> inputs) throws StepFailure {
    boolean paired = inputs.stream().anyMatch(file -> file.role().equals("reads_1"));
    OptionalLong first = count(inputs, paired ? "reads_1" : "reads");
    OptionalLong second = count(inputs, paired ? "reads_2" : "reads");
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

  private static OptionalLong count(List<RawFile> inputs, String role) throws StepFailure {
    return inputs.stream()
        .filter(file -> file.role().equals(role))
        .findFirst()
        .orElseThrow(() -> StepFailure.permanent("there is no file of role " + role))
        .reads();
  }

  /**
   * The number that the archive states; empty if it states none, or the download has found that it
   * is not that of the archive's own files.
   */
  static OptionalLong stated(Map<String, String> parameters) {
    if (parameters.containsKey(WholeReads.COUNT_DIFFERS)) {
      return OptionalLong.empty();
    }
    String text = parameters.getOrDefault("read_count", "").strip();
    return text.matches("[1-9]\\d{0,17}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }
}
