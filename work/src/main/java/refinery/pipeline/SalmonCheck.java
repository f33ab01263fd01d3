package refinery.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The step {@code salmon-check}, with {@code dir} (salmon's output), {@code reference} (the
 * unpacked index) and {@code min-mapping-rate}: quant.sf has every transcript that salmon states to
 * have kept, all reads were read, the sums agree, salmon used this index, and enough reads map.
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
    long duplicates = SalmonRemovals.duplicates(index(context), context.attempt());
    long kept = kept(metaFile, meta);
    AbundanceTable.checkRows("quant.sf", totals.rows(), kept);
    long removed = transcripts - duplicates - kept;
    if (removed < 0) {
      throw StepFailure.permanent(
          "salmon quantified %d transcripts, but the index has %d and %d duplicates"
              .formatted(kept, transcripts, duplicates));
    }
    AbundanceTable.checkSum("quant.sf", totals.sum(), mapped, totals.rows());
    JsonFile.read(dir.resolve("cmd_info.json"));
    JsonNode formats = JsonFile.read(dir.resolve("lib_format_counts.json"));
    context.learned("transcripts_quantified", kept);
    context.learned("transcripts_duplicated", duplicates);
    context.learned("transcripts_removed_by_salmon", removed);
    context.learned("library_format", formats.path("expected_format").asText());
    context.learned("strand_mapping_bias", formats.path("strand_mapping_bias").asText());
    MappingVerdict.judge(context, processed, mapped);
    context.checked(
        ("quant.sf: %d rows for %d transcripts without %d duplicates and %d that salmon removed,"
                + " %.1f of %d mapped reads")
            .formatted(totals.rows(), transcripts, duplicates, removed, totals.sum(), mapped));
  }

  /**
   * Checks that salmon used this index. Builds of the same index differ in their bytes, so the
   * digests that salmon states are compared.
   */
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

  private static Path index(StepContext context) throws StepFailure {
    return context.path("reference").resolve("index");
  }

  /** The number of transcripts that salmon states to have quantified. */
  private static long kept(Path metaFile, JsonNode meta) throws StepFailure {
    return JsonFile.number(
        metaFile, meta, meta.has("num_valid_targets") ? "num_valid_targets" : "num_targets");
  }
}
