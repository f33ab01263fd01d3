package refinery.pipeline;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.PipelineFacts;
import refinery.quality.Judgement;
import refinery.quality.Measure;
import refinery.quality.Measures;
import refinery.quality.Reason;
import refinery.quality.RunQuality;
import refinery.quality.Verdict;
import refinery.storage.Sha256;

/**
 * The step {@code fastqc-summary}, with {@code dir} (FastQC's output, unpacked) and {@code to}: one
 * table of all modules' verdicts and basic figures of all files of reads; and {@code quality}: the
 * run's quality for the report of its survey. A module that fails makes the verdict {@code warn},
 * since FastQC's limits are those of whole genomes. FastQC has counted as many reads as the
 * download, or as the archive states.
 */
final class FastqcSummary implements Builtin {
  private static final String TOTAL = "Total Sequences";
  private static final String DEDUPLICATED = "#Total Deduplicated Percentage";
  private static final String RULES = "fastqc";
  private static final String RULES_IN_WORDS = "A module that FastQC fails is a reason to warn.";
  private static final List<String> FIGURES =
      List.of(TOTAL, "Sequences flagged as poor quality", "Sequence length", "%GC");

  @Override
  public boolean countsReads() {
    return true;
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    List<String> rows = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    List<Double> unique = new ArrayList<>();
    for (String role : List.of("reads_1", "reads_2", "reads")) {
      Optional<RawFile> file = context.input(role);
      if (file.isPresent()) {
        Path of = context.path("dir").resolve(role + "_fastqc");
        verdicts(role, of.resolve("summary.txt"), context, rows, failed);
        counts.add(figures(role, of.resolve("fastqc_data.txt"), context, rows, unique));
      }
    }
    if (counts.size() > 1 && !counts.getFirst().equals(counts.getLast())) {
      throw StepFailure.corrupt(
          "FastQC read %d first and %d second mates"
              .formatted(counts.getFirst(), counts.getLast()));
    }
    ReadCounts.check(context, "FastQC", counts.getFirst());
    try (BufferedWriter out = context.room().writer(context.path("to"))) {
      out.write("role\tkind\tname\tvalue\n");
      for (String row : rows) {
        out.write(row + "\n");
      }
    }
    judge(context, counts.getFirst(), unique, failed);
    context.learned("reads", counts.getFirst());
    context.learned("fastqc_failed", String.join(", ", failed));
    context.checked(
        failed.isEmpty() ? "no module fails" : "modules that fail: " + String.join(", ", failed));
  }

  private static void judge(
      StepContext context, long reads, List<Double> unique, List<String> failed)
      throws IOException, StepFailure {
    Measures.Builder measures = new Measures.Builder().with(Measure.PROCESSED_READS, reads);
    unique.stream()
        .mapToDouble(percent -> 100 - percent)
        .average()
        .ifPresent(
            percent -> measures.with(Measure.DUPLICATE_RATE_PERCENT, Math.clamp(percent, 0, 100)));
    List<Reason> reasons =
        failed.stream()
            .map(
                module ->
                    new Reason(
                        Verdict.WARN, module, 1, "file", "FastQC's", "FastQC fails " + module))
            .toList();
    Verdict verdict = failed.isEmpty() ? Verdict.PASS : Verdict.WARN;
    RunQuality quality =
        new RunQuality(
            RULES,
            RULES,
            Sha256.of(RULES_IN_WORDS),
            measures.build(),
            new Judgement(verdict, reasons, List.of()));
    try (BufferedWriter out = context.room().writer(context.path("quality"))) {
      out.write(quality.text());
    }
    context.learned(PipelineFacts.QUALITY, verdict.word());
    context.learned(PipelineFacts.QUALITY_REASONS, QualityVerdict.json(reasons));
    context.learned("quality_rules", RULES);
  }

  private static void verdicts(
      String role, Path file, StepContext context, List<String> rows, List<String> failed)
      throws IOException, StepFailure {
    for (String[] columns : lines(file, context)) {
      if (columns.length != 3 || !columns[0].matches("PASS|WARN|FAIL")) {
        throw StepFailure.cutShort(file.getFileName() + " is not FastQC's");
      }
      rows.add(String.join("\t", role, "module", columns[1], columns[0].toLowerCase(Locale.ROOT)));
      if (columns[0].equals("FAIL")) {
        failed.add(role + " " + columns[1]);
      }
    }
  }

  /** Adds the basic figures and returns the number of reads. */
  private static long figures(
      String role, Path file, StepContext context, List<String> rows, List<Double> unique)
      throws IOException, StepFailure {
    Map<String, String> said = new TreeMap<>();
    for (String[] columns : lines(file, context)) {
      if (columns.length == 2) {
        said.putIfAbsent(columns[0], columns[1]);
      }
    }
    if (!said.getOrDefault(TOTAL, "").matches("\\d{1,18}")) {
      throw StepFailure.cutShort(file.getFileName() + " does not state " + TOTAL);
    }
    for (String figure : FIGURES) {
      rows.add(String.join("\t", role, "figure", figure, said.getOrDefault(figure, "")));
    }
    String percent = said.getOrDefault(DEDUPLICATED, "");
    if (percent.matches("\\d{1,3}(\\.\\d+)?")) {
      unique.add(Double.parseDouble(percent));
    }
    return Long.parseLong(said.get(TOTAL));
  }

  private static List<String[]> lines(Path file, StepContext context)
      throws IOException, StepFailure {
    if (!Files.isRegularFile(file) || Files.size(file) == 0) {
      throw StepFailure.cutShort(file.getFileName() + " is missing or empty");
    }
    List<String[]> rows = new ArrayList<>();
    try (Lines lines = new Lines(Streams.open(file, context.attempt()))) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        rows.add(line.split("\t", -1));
      }
    }
    return rows;
  }
}
