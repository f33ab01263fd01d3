package refinery.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code dir} (kallisto's output): abundance.tsv is whole, the reads were all read and the sums
 * agree. On a full disk kallisto leaves an empty table and exits with 0.
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
    long transcripts = Long.parseLong(context.facts().getOrDefault("index_transcripts", "0"));
    if (targets != transcripts) {
      throw StepFailure.permanent(
          "kallisto used an index of %d targets, not %d".formatted(targets, transcripts));
    }
    AbundanceTable.Totals totals =
        AbundanceTable.check(
            dir.resolve("abundance.tsv"), HEADER, 3, context.attempt(), columns -> {});
    AbundanceTable.checkRows("abundance.tsv", totals.rows(), transcripts);
    AbundanceTable.checkSum("abundance.tsv", totals.sum(), mapped, totals.rows());
    context.learned("reads", processed);
    context.learned("mapped", mapped);
    context.learned("mapping_rate", processed == 0 ? 0 : (double) mapped / processed);
    context.checked(
        "abundance.tsv: %d rows, %.1f of %d mapped reads"
            .formatted(totals.rows(), totals.sum(), mapped));
  }
}
