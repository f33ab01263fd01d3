package refinery.foreman;

import java.time.Instant;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.Need;

/** What is said to an entity that nobody moves; the entity decides what becomes of it. */
public sealed interface Nudge {
  /** Do what is outstanding. */
  record Wake(String type, String id) implements Nudge {}

  /** Tell the scheduler again that you are queued. */
  record Reannounce(JobId job) implements Nudge {}

  /** Let the raw data go, if you failed before this time. */
  record LetRawDataGo(BatchId batch, Instant failedBefore) implements Nudge {}

  /** This meets a need that the batch waits for. */
  record Offer(BatchId batch, Need need, RefinedArtifact artifact) implements Nudge {}

  /** Nothing brings what the batch waits for since before this time. */
  record GiveUpNeed(BatchId batch, Need need, Instant waitingBefore) implements Nudge {}

  /** This attempt runs nowhere; void when the job has moved on since. */
  record Lose(JobId job, int attempt, NodeId node) implements Nudge {}
}
