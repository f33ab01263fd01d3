package refinery.protocol.batch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import refinery.protocol.BatchId;
import refinery.protocol.Ids;

/**
 * One unit of data to refine, as a survey found it.
 *
 * @param id derived from (source, key, pipeline, {@link #identity})
 * @param source e.g. {@code ena}
 * @param key the source's own name for it: a run accession, {@code species/release/k31}
 * @param pipeline name of the pipeline that refines it
 * @param organism slug ({@code homo_sapiens}), where known
 * @param identity key-values that belong to the identity ({@code k=31})
 * @param parameters of the pipeline, as the survey asked; they are part of the identity, too
 * @param metadata everything else that the source says, unchanged; untrusted text
 * @param files to download; empty when there is nothing to download
 * @param downloadGroup batches of one group share one download
 * @param inputBytes expected total of raw bytes, by which jobs are packed and sorted; 0 when
 *     unknown
 * @param skip why this batch is recorded but not processed; empty when it is processed
 * @param set the batches whose outputs are the input of this one; empty for most batches
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
    Optional<String> skip,
    Optional<BatchSet> set) {
  public BatchSpec {
    set = set == null ? Optional.empty() : set;
    identity = Map.copyOf(identity);
    parameters = Map.copyOf(parameters);
    metadata = Map.copyOf(metadata);
    files = List.copyOf(files);
  }

  /** A batch that does not use the outputs of a set. */
  public BatchSpec(
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
    this(
        id,
        source,
        key,
        pipeline,
        organism,
        identity,
        parameters,
        metadata,
        files,
        downloadGroup,
        inputBytes,
        skip,
        Optional.empty());
  }

  /** The id alone is enough, since equal specs have equal ids; hashing the rest would be slow. */
  @Override
  public int hashCode() {
    return id.hashCode();
  }

  /**
   * True when both describe the same bytes under the same names; locations and metadata may differ.
   */
  public boolean hasContentOf(BatchSpec other) {
    return SourceFile.sameContent(files, other.files);
  }

  /**
   * This batch with these parameters of the pipeline. It has another id, since parameters are part
   * of the identity.
   */
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
        skip,
        set);
  }

  /** This batch, recorded with the reason why it is not processed. */
  public BatchSpec skipped(String reason) {
    return new BatchSpec(
        id,
        source,
        key,
        pipeline,
        organism,
        identity,
        parameters,
        metadata,
        files,
        downloadGroup,
        inputBytes,
        Optional.of(reason),
        set);
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
