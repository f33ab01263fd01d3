package refinery.readmodel;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.Need;
import refinery.protocol.job.JobState;
import refinery.protocol.scheduling.JobTicket;

/** What the node itself asks the read model. Asynchronous: JDBC has its own executor. */
public interface NodeQueries {

  /** Raises and returns the scheduler's epoch, stored in PostgreSQL. */
  CompletionStage<Long> nextSchedulerEpoch();

  /** Every job that is queued, running, waiting or unplaceable, by id after {@code after}. */
  CompletionStage<List<LiveJob>> liveJobs(Optional<JobId> after, int limit);

  record LiveJob(JobTicket ticket, JobState state, int attempt, Optional<NodeId> node) {}

  /**
   * Persistence ids ({@code Job|job-...}) of entities that are open and whose row has not changed
   * for {@code age}.
   */
  CompletionStage<List<String>> openEntities(Duration age, Optional<String> after, int limit);

  /**
   * Entities of one type ({@code Batch}, {@code Job}, {@code Survey}) that have something before
   * them: what is open, and every live job; by id after {@code after}.
   */
  CompletionStage<List<Unsettled>> unsettled(String type, Optional<String> after, int limit);

  /**
   * @param sequenceNumber of the row: it moved when this has grown
   * @param open something of it still has to reach others
   * @param age since its last change
   * @param overdue since the time it waits for; empty when it waits for none, or not yet
   */
  record Unsettled(
      String type,
      String id,
      long sequenceNumber,
      String state,
      boolean open,
      int attempt,
      Optional<NodeId> node,
      Duration age,
      Optional<Duration> overdue) {}

  /** The artifacts that match, the one that is wanted most first; see {@link Selector#order}. */
  CompletionStage<List<RefinedArtifact>> artifacts(Selector selector, int limit);

  /** Any batch that has not ended and may bring such an artifact; see {@link Selector#mayMatch}. */
  CompletionStage<Optional<BatchId>> underWay(Selector selector);

  /**
   * Something that batches wait for.
   *
   * @param digest the same for the same need
   */
  record AwaitedNeed(String digest, Need need) {}

  /** What batches wait for, each need once; its cost follows their number, not that of batches. */
  CompletionStage<List<AwaitedNeed>> awaitedNeeds(int limit);

  /** Batches that wait for this since before that time, by id. */
  CompletionStage<List<BatchId>> awaiting(AwaitedNeed need, Instant before, int limit);

  /** Whether a batch that has not ended, or a survey that runs, may bring such an artifact. */
  CompletionStage<Boolean> mayCome(Selector selector);

  /** The artifacts of a succeeded process job with this fingerprint. */
  CompletionStage<Optional<Reusable>> reusable(String fingerprint);

  record Reusable(JobId job, List<Artifact> artifacts, Map<String, String> facts) {}

  /** Of these digests, those that some persisted event lists as an artifact. */
  CompletionStage<Set<String>> listed(Collection<String> sha256);

  /** Batches that failed before this time and still keep the raw data of a download. */
  CompletionStage<List<BatchId>> failedWithRawData(Instant failedBefore, int limit);

  /** Of these download jobs, those whose raw data is still wanted (running ones included). */
  CompletionStage<Set<JobId>> wantRawData(Collection<JobId> downloads);
}
