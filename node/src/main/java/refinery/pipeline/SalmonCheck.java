package refinery.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code dir} (salmon's output), {@code reference} (unpacked index): quant.sf is whole, the reads
 * were all read, the sums agree, and it was this index.
 */
final class SalmonCheck implements Builtin {
  static final List<String> HEADER =
      List.of("Name", "Length", "EffectiveLength", "TPM", "NumReads");

  @Override
  public boolean countsReads() {
    return true;
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Path dir = context.path("dir");
    Path metaFile = dir.resolve("aux_info").resolve("meta_info.json");
    JsonNode meta = JsonFile.read(metaFile);
    long processed = JsonFile.number(metaFile, meta, "num_processed");
    long mapped = JsonFile.number(metaFile, meta, "num_mapped");
    ReadCounts.check(context, "salmon", processed);
    identity(context, meta);
    AbundanceTable.Totals totals =
        AbundanceTable.check(dir.resolve("quant.sf"), HEADER, 4, context.attempt(), columns -> {});
    long transcripts = Long.parseLong(context.facts().getOrDefault("index_transcripts", "0"));
    long duplicates = duplicates(context);
    AbundanceTable.checkRows("quant.sf", totals.rows(), transcripts - duplicates);
    AbundanceTable.checkSum("quant.sf", totals.sum(), mapped, totals.rows());
    JsonFile.read(dir.resolve("cmd_info.json"));
    JsonNode formats = JsonFile.read(dir.resolve("lib_format_counts.json"));
    context.learned("reads", processed);
    context.learned("mapped", mapped);
    context.learned("mapping_rate", processed == 0 ? 0 : (double) mapped / processed);
    context.learned("library_format", formats.path("expected_format").asText());
    context.learned("strand_mapping_bias", formats.path("strand_mapping_bias").asText());
    context.checked(
        "quant.sf: %d rows for %d transcripts without %d duplicates, %.1f of %d mapped reads"
            .formatted(totals.rows(), transcripts, duplicates, totals.sum(), mapped));
  }

  /** Byte equality says nothing about salmon's indices; the digests it states do. */
  private static void identity(StepContext context, JsonNode meta) throws StepFailure {
    for (String name : List.of("index_seq_hash", "index_name_hash")) {
      String expected = context.facts().getOrDefault(name, "");
      String used = meta.path(name).asText();
      if (expected.isBlank() || used.isBlank()) {
        throw StepFailure.corrupt(
            "nothing proves which index salmon used: %s is '%s' in its manifest and '%s' in meta_info.json; reprocess the index's batch"
                .formatted(name, expected, used));
      }
      if (!used.equals(expected)) {
        throw StepFailure.corrupt(
            "salmon used an index with %s %s, not %s".formatted(name, used, expected));
      }
    }
    context.checked("the index used has the sequence and name digests of its manifest");
  }

  private static long duplicates(StepContext context) throws IOException, StepFailure {
    Path file = context.path("reference").resolve("index").resolve("duplicate_clusters.tsv");
    long rows = -1;
    if (Files.isRegularFile(file)) {
      try (Lines lines = new Lines(Streams.open(file, context.attempt()))) {
        for (String line = lines.next(); line != null; line = lines.next()) {
          rows++;
        }
      }
    }
    return Math.max(0, rows);
  }
}
