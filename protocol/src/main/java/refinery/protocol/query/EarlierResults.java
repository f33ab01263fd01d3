package refinery.protocol.query;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.JobId;
import refinery.protocol.batch.Artifact;

/**
 * Finds results of earlier jobs, so that they need not be made again. Does not block; a stage fails
 * when the database is away.
 */
@FunctionalInterface
public interface EarlierResults {

  /** The newest result of a process job that succeeded with this fingerprint, if there is one. */
  CompletionStage<Optional<Reusable>> reusable(String fingerprint);

  /**
   * @param job that ran the pipeline
   * @param cpuSeconds that it took
   */
  record Reusable(
      JobId job, List<Artifact> artifacts, Map<String, String> facts, double cpuSeconds) {}
}
