package refinery.protocol.query;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Actor;
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
 * @param key what it works on, as its source names it, e.g. a run accession or a genome; empty for
 *     a bare command
 * @param actor who cancelled it or took it up again; empty once it has ended by itself
 * @param reservation where {@code resources} come from; empty in rows of earlier versions
 * @param reused the earlier job whose artifacts it took instead of running its pipeline, and what
 *     that saved
 * @param waitingFor why it waits, cannot be placed, or was cancelled, in words
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
    Optional<Actor> actor,
    Optional<String> waitingFor,
    List<AttemptView> attempts,
    List<StepRecord> steps,
    List<Artifact> artifacts,
    Optional<Reused> reused,
    Optional<Reservation> reservation) {
  public JobView {
    reused = reused == null ? Optional.empty() : reused;
    reservation = reservation == null ? Optional.empty() : reservation;
  }

  /**
   * @param from {@code declared} by the pipeline, {@code learned} from earlier jobs, or {@code
   *     raised} after an attempt that needed more
   * @param declared what the pipeline declares
   */
  public record Reservation(String from, Resources declared) {}

  /**
   * @param cpuSeconds that the earlier job took
   * @param bytes of its artifacts, which were not written again
   */
  public record Reused(JobId from, double cpuSeconds, long bytes) {}

  /**
   * An attempt; {@code outcome} is running, succeeded, deferred, cancelled, or the failure's class.
   *
   * @param peakMemory bytes, resident
   * @param scratch the most bytes that its scratch directory was seen to hold; 0: not known
   */
  public record AttemptView(
      int number,
      NodeId node,
      Instant startedAt,
      Optional<Instant> finishedAt,
      String outcome,
      String message,
      long peakMemory,
      double cpuSeconds,
      long scratch) {

    /** An attempt whose use of disk is not known. */
    public AttemptView(
        int number,
        NodeId node,
        Instant startedAt,
        Optional<Instant> finishedAt,
        String outcome,
        String message,
        long peakMemory,
        double cpuSeconds) {
      this(number, node, startedAt, finishedAt, outcome, message, peakMemory, cpuSeconds, 0);
    }
  }
}
