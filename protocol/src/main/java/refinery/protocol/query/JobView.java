package refinery.protocol.query;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.job.StepRecord;

/**
 * A job as the API shows it.
 *
 * @param key what it works on, as its source names it: a run accession, a genome; empty for a bare
 *     command
 */
public record JobView(
    JobId id,
    JobKind kind,
    Optional<SurveyId> surveyId,
    List<BatchId> batchIds,
    Optional<String> key,
    String pipeline,
    JobState state,
    int attempt,
    Optional<NodeId> node,
    int priority,
    Resources resources,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    Optional<Instant> nextAttemptAt,
    Optional<Failure> failure,
    Optional<String> waitingFor,
    List<AttemptView> attempts,
    List<StepRecord> steps,
    List<Artifact> artifacts) {

  /** {@code outcome}: running, succeeded, deferred, or the failure's class. */
  public record AttemptView(
      int number,
      NodeId node,
      Instant startedAt,
      Optional<Instant> finishedAt,
      String outcome,
      String message,
      long peakMemory,
      double cpuSeconds) {}
}
