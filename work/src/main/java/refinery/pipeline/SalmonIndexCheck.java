package refinery.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The step {@code salmon-index-check}, with {@code dir}, {@code k} and {@code max-lost} (a
 * fraction): a new salmon index is complete. It is identified by the digests of sequences and names
 * that salmon states, because its files differ from one build to the next.
 */
final class SalmonIndexCheck implements Builtin {
  private static final List<String> FILES =
      List.of(
          "complete_ref_lens.bin",
          "ctable.bin",
          "ctg_offsets.bin",
          "duplicate_clusters.tsv",
          "info.json",
          "mphf.bin",
          "pos.bin",
          "rank.bin",
          "refAccumLengths.bin",
          "refseq.bin",
          "reflengths.bin",
          "seq.bin",
          "versionInfo.json");

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    Path dir = context.path("dir");
    for (String file : FILES) {
      if (!Files.isRegularFile(dir.resolve(file)) || Files.size(dir.resolve(file)) == 0) {
        throw StepFailure.cutShort("the salmon index lacks " + file);
      }
    }
    JsonNode info = JsonFile.read(dir.resolve("info.json"));
    long k = JsonFile.number(dir.resolve("info.json"), info, "k");
    if (k != Long.parseLong(context.text("k"))) {
      throw StepFailure.permanent("the salmon index has k=" + k + ", not " + context.text("k"));
    }
    if (JsonFile.number(dir.resolve("info.json"), info, "num_kmers") == 0) {
      throw StepFailure.permanent("the salmon index is empty: every transcript is shorter than k");
    }
    removals(context, SalmonRemovals.of(dir, context.attempt()));
    context.learned("index_seq_hash", stated(info, "SeqHash"));
    context.learned("index_name_hash", stated(info, "NameHash"));
    context.checked(
        "salmon index k=%d, %s k-mers, every file there"
            .formatted(k, info.path("num_kmers").asText()));
  }

  /**
   * Refuses an index that lacks too many transcripts. Those too short for k count as kept: sound
   * annotations have whole classes of such small RNA.
   */
  private static void removals(StepContext context, SalmonRemovals removals) throws StepFailure {
    context.learned("transcripts_duplicated", removals.duplicates());
    context.learned("transcripts_shorter_than_k", removals.shorterThanK());
    context.learned("transcripts_removed_by_salmon", removals.removed());
    if (removals.removed() > 0) {
      context.learned("removed_by_salmon", String.join(" ", removals.names()));
    }
    context.checked(
        "salmon left out %d duplicates and %d transcripts of A alone (%s); %d are not longer than k"
            .formatted(
                removals.duplicates(),
                removals.removed(),
                String.join(" ", removals.names()),
                removals.shorterThanK()));
    long transcripts = Long.parseLong(context.facts().getOrDefault("transcripts", "0"));
    long before = Long.parseLong(context.facts().getOrDefault(GtfClean.LOST, "0"));
    long lost = before + removals.removed();
    if (lost > Double.parseDouble(context.text("max-lost")) * (transcripts + before)) {
      throw StepFailure.permanent(
          ("%d of %d transcripts are lost, more than the part of %s that max_lost allows: %d of the"
                  + " annotation's, %d that salmon removed as they are nothing but A (%s)")
              .formatted(
                  lost,
                  transcripts + before,
                  context.text("max-lost"),
                  before,
                  removals.removed(),
                  String.join(" ", removals.names())));
    }
    context.learned(GtfClean.LOST, lost);
  }

  private static String stated(JsonNode info, String name) throws StepFailure {
    String value = info.path(name).asText();
    if (value.isBlank()) {
      throw StepFailure.permanent(
          "salmon's info.json states no " + name + ": this version of salmon is not known");
    }
    return value;
  }
}
