package refinery.archive.ena;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import refinery.archive.ArchivesConfig;
import refinery.protocol.batch.BatchSpec;

/**
 * Makes batches of runs that another archive describes with ENA's field names, and selects them as
 * ENA's runs are selected. One object per survey; pure.
 */
public final class DescribedRuns {
  private final RunBatches batches;

  /**
   * @param parameters of the survey: {@code select} and {@code reference_release}
   */
  public DescribedRuns(
      ArchivesConfig archives, String source, String pipeline, JsonNode parameters) {
    this.batches = RunBatches.of(archives, source, pipeline, parameters);
  }

  /** The number of wanted runs after which a survey records nothing more. */
  public int maxRuns() {
    return batches.selection().maxRuns();
  }

  /**
   * @param row values by ENA's field names
   * @param refusal why the run cannot be used; empty when it can
   * @return empty if the row's accession is not that of a run
   */
  public Optional<BatchSpec> batch(Map<String, String> row, Optional<String> refusal) {
    return EnaRun.of(row).map(run -> batches.batch(run, refusal));
  }
}
