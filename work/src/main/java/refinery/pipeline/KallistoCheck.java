package refinery.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The step {@code kallisto-check}, with {@code dir} (kallisto's output) and {@code
 * min-mapping-rate}: abundance.tsv is complete, all reads were read, the sums agree, and enough
 * reads map. On a full disk kallisto leaves an empty table and exits with 0.
 */
final class KallistoCheck implements Builtin {
  private static final List<String> HEADER =
      List.of("target_id", "length", "eff_length", "est_counts", "tpm");

  @Override
  public boolean countsReads() {
    return true;
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Path dir = context.path("dir");
    Path infoFile = dir.resolve("run_info.json");
    JsonNode info = JsonFile.read(infoFile);
    long processed = JsonFile.number(infoFile, info, "n_processed");
    long mapped = JsonFile.number(infoFile, info, "n_pseudoaligned");
    long targets = JsonFile.number(infoFile, info, "n_targets");
    ReadCounts.check(context, "kallisto", processed);
    long transcripts = indexed(context);
    if (targets != transcripts) {
      throw StepFailure.permanent(
          "kallisto used an index of %d targets, not %d".formatted(targets, transcripts));
    }
    AbundanceTable.Totals totals =
        AbundanceTable.check(
            dir.resolve("abundance.tsv"), HEADER, 3, context.attempt(), columns -> {});
    AbundanceTable.checkRows("abundance.tsv", totals.rows(), targets);
    AbundanceTable.checkSum("abundance.tsv", totals.sum(), mapped, totals.rows());
    MappingVerdict.judge(context, processed, mapped);
    context.checked(
        "abundance.tsv: %d rows, %.1f of %d mapped reads"
            .formatted(totals.rows(), totals.sum(), mapped));
  }

  /**
   * The number of transcripts in the index: of its annotation all, or fewer if it was rebuilt, be
   * it for this run alone.
   */
  private static long indexed(StepContext context) {
    if (Boolean.parseBoolean(context.facts().get(TranscriptsFilter.FILTERED))) {
      return Long.parseLong(context.facts().get(TranscriptsFilter.LEFT));
    }
    String all = context.facts().getOrDefault("index_transcripts", "0");
    return Long.parseLong(
        context.facts().getOrDefault("index_" + IndexComplexity.TRANSCRIPTS, all));
  }
}
