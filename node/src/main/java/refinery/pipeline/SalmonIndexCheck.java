package refinery.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code dir}, {@code k}: a new salmon index is whole. Its identity is the digest of sequences and
 * names that salmon states; its files differ from one build to the next.
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
    context.learned("index_seq_hash", stated(info, "SeqHash"));
    context.learned("index_name_hash", stated(info, "NameHash"));
    context.checked(
        "salmon index k=%d, %s k-mers, every file there"
            .formatted(k, info.path("num_kmers").asText()));
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
