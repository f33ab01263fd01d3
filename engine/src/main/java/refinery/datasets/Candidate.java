package refinery.datasets;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Harmonised;

/**
 * A batch that may be a sample of a dataset.
 *
 * @param key the source's name for it, as a run's accession
 * @param reason for its state, in words
 * @param output its quantification; empty if it has none
 */
public record Candidate(
    BatchId batch,
    String key,
    BatchState state,
    Optional<String> reason,
    String pipeline,
    Optional<Output> output) {
  /** The outputs that are quantifications, by what pipelines call them. */
  public static final List<String> QUANTIFICATIONS = List.of("quant.sf", "abundance.tsv");

  static final String INDEX = "index_sha256";
  static final String INDEX_BATCH = "index_batch";
  static final String RELEASE = "index_release";
  static final String STUDY = "study_accession";
  static final String ORGANISM = "organism";

  /**
   * What is known of an output, apart from its key-values.
   *
   * @param source of its batch
   * @param facts what the download and the pipeline found out
   * @param harmonised the harmonised form of what the archive says, by field
   * @param location where the first of its files was; empty if nobody says
   */
  public record Origin(
      String source,
      Map<String, String> facts,
      Map<String, Harmonised> harmonised,
      Optional<String> location) {}

  /**
   * @param columns what a dataset tells of it, see {@link SampleColumns}
   */
  public record Output(
      String role, String sha256, long size, Instant refinedAt, Map<String, String> columns) {
    public Output {
      columns = Collections.unmodifiableMap(columns);
    }

    public static Output of(RefinedArtifact artifact, Origin origin) {
      return new Output(
          artifact.role(),
          artifact.sha256(),
          artifact.size(),
          artifact.refinedAt(),
          SampleColumns.of(artifact, origin));
    }

    String column(String key) {
      return columns.getOrDefault(key, "");
    }
  }
}
