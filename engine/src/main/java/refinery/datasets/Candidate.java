package refinery.datasets;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.BatchState;

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

  /** What is kept of an output's key-values. */
  private static final List<String> COLUMNS =
      List.of(
          STUDY,
          "experiment_accession",
          "sample_accession",
          "sample_title",
          "title",
          "scientific_name",
          "tax_id",
          "tissue",
          "tissue_type",
          "organism_part",
          "source_name",
          "cell_type",
          "dev_stage",
          "sex",
          "library_strategy",
          "library_layout",
          "instrument_model",
          "pipeline_version",
          "mapping_rate",
          "verdict",
          INDEX,
          INDEX_BATCH,
          RELEASE,
          "index_assembly",
          "index_k");

  /**
   * @param columns those of its key-values that a dataset tells
   */
  public record Output(
      String role, String sha256, long size, Instant refinedAt, Map<String, String> columns) {
    public Output {
      columns = Collections.unmodifiableMap(columns);
    }

    public static Output of(RefinedArtifact artifact) {
      Map<String, String> columns = new TreeMap<>();
      for (String key : COLUMNS) {
        String value = artifact.keyValues().getOrDefault(key, "");
        if (!value.isEmpty()) {
          columns.put(key, value);
        }
      }
      artifact.organism().ifPresent(slug -> columns.put(ORGANISM, slug));
      return new Output(
          artifact.role(), artifact.sha256(), artifact.size(), artifact.refinedAt(), columns);
    }

    String column(String key) {
      return columns.getOrDefault(key, "");
    }
  }
}
