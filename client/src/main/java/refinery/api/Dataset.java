package refinery.api;

import java.util.List;
import java.util.Optional;

/**
 * Matrices of samples.
 *
 * @param state queued, processing, done, failed or cancelled
 */
public record Dataset(
    String id,
    int version,
    String state,
    Optional<String> reason,
    Samples samples,
    List<Artifact> files,
    String batchId,
    String surveyId) {
  /** How many samples were asked for, and what became of them. */
  public record Samples(int asked, int taken, int dropped) {}

  public Dataset {
    files = List.copyOf(files);
  }

  public boolean isAtRest() {
    return !state.equals("queued") && !state.equals("processing");
  }
}
