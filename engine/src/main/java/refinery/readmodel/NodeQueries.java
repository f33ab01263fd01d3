package refinery.readmodel;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.EntityKind;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Need;
import refinery.protocol.job.JobState;
import refinery.protocol.query.EarlierResults;
import refinery.protocol.query.WantedBytes;
import refinery.protocol.scheduling.JobTicket;

/**
 * What the node itself asks the database. No method blocks; a stage fails when the database is away
 * or overloaded.
 */
public interface NodeQueries extends EarlierResults, WantedBytes {

  /** Raises the scheduler's epoch, which is stored in the database, and returns the new one. */
  CompletionStage<Long> nextSchedulerEpoch();

  /**
   * At most {@code limit} jobs that are queued, running, waiting or unplaceable, in the order of
   * their ids, after {@code after}.
   */
  CompletionStage<List<LiveJob>> liveJobs(Optional<JobId> after, int limit);

  record LiveJob(JobTicket ticket, JobState state, int attempt, Optional<NodeId> node) {}

  /**
   * At most {@code limit} entities of one kind that are not settled: those with something
   * outstanding, and every job that has not ended. In the order of their ids, after {@code after}.
   */
  CompletionStage<List<Unsettled>> unsettled(EntityKind kind, Optional<String> after, int limit);

  /**
   * @param sequenceNumber of the entity's last event; the entity has moved when it has grown
   * @param open true when something of it still has to reach others
   * @param age time since its last change
   * @param overdue time since a waiting job should have gone on, or a schedule was due; empty when
   *     that time has not come
   */
  record Unsettled(
      EntityKind kind,
      String id,
      long sequenceNumber,
      String state,
      boolean open,
      int attempt,
      Optional<NodeId> node,
      Duration age,
      Optional<Duration> overdue) {}

  /**
   * At most {@code limit} artifacts that match, the wanted one first; see {@link Selector#order}.
   */
  CompletionStage<List<RefinedArtifact>> artifacts(Selector selector, int limit);

  /** A batch that has not ended and may produce such an artifact; see {@link Selector#mayMatch}. */
  CompletionStage<Optional<BatchId>> underWay(Selector selector);

  /**
   * A need that batches wait for.
   *
   * @param digest equal for equal needs
   */
  record AwaitedNeed(String digest, Need need) {}

  /**
   * At most {@code limit} different needs that batches wait for, in the order of their digests,
   * after {@code after}, which may be empty. The cost grows with the number of needs, not with that
   * of batches.
   */
  CompletionStage<List<AwaitedNeed>> awaitedNeeds(String after, int limit);

  /**
   * At most {@code limit} batches that have waited for this need since before that time, in the
   * order of their ids, after {@code after}.
   */
  CompletionStage<List<BatchId>> awaiting(
      AwaitedNeed need, Instant before, Optional<BatchId> after, int limit);

  /** True when a batch that has not ended, or a survey that runs, may bring such an artifact. */
  CompletionStage<Boolean> mayCome(Selector selector);

  /**
   * At most {@code limit} batches that failed before this time and still keep the raw data of a
   * download.
   */
  CompletionStage<List<BatchId>> failedWithRawData(Instant failedBefore, int limit);
}
