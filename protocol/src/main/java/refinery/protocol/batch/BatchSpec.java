package refinery.protocol.batch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import refinery.protocol.BatchId;
import refinery.protocol.Ids;

/**
 * What a survey found: one unit of data to refine.
 *
 * @param id derived from (source, key, pipeline, {@link #identity})
 * @param source e.g. {@code ena}
 * @param key natural key at the source: a run accession, {@code species/release/k31}
 * @param pipeline name of the pipeline that refines it
 * @param organism slug ({@code homo_sapiens}), where known
 * @param identity key-values that belong to the identity ({@code k=31})
 * @param parameters of the pipeline, as the survey asked; they belong to the identity, too
 * @param metadata everything else that the source says, as it said it; hostile text
 * @param files to download; empty when there is nothing to download
 * @param downloadGroup batches of one group share one download
 * @param inputBytes expected total of raw bytes, for packing and smallest-first; 0 when unknown
 * @param skip why this batch is recorded but not processed, if so
 */
public record BatchSpec(
    BatchId id,
    String source,
    String key,
    String pipeline,
    Optional<String> organism,
    Map<String, String> identity,
    Map<String, String> parameters,
    Map<String, String> metadata,
    List<SourceFile> files,
    String downloadGroup,
    long inputBytes,
    Optional<String> skip) {
  public BatchSpec {
    identity = Map.copyOf(identity);
    parameters = Map.copyOf(parameters);
    metadata = Map.copyOf(metadata);
    files = List.copyOf(files);
  }

  /** Equal ones have equal ids; specs are looked up often, and are large. */
  @Override
  public int hashCode() {
    return id.hashCode();
  }

  /** Whether the source offers the same bytes, wherever they lie and whatever else it says. */
  public boolean hasContentOf(BatchSpec other) {
    return SourceFile.sameContent(files, other.files);
  }

  /** What the source found, refined with these parameters: another batch than without. */
  public BatchSpec with(Map<String, String> asked) {
    Map<String, String> all = new TreeMap<>(identity);
    asked.forEach((name, value) -> all.put("parameter." + name, value));
    return new BatchSpec(
        idOf(source, key, pipeline, all),
        source,
        key,
        pipeline,
        organism,
        identity,
        asked,
        metadata,
        files,
        downloadGroup,
        inputBytes,
        skip);
  }

  public static BatchId idOf(
      String source, String key, String pipeline, Map<String, String> identity) {
    String text =
        new TreeMap<>(identity)
            .entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("\n"));
    return Ids.batch(source, key, pipeline, text);
  }
}
