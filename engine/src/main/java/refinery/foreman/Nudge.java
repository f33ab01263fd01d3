package refinery.foreman;

import java.time.Instant;
import refinery.protocol.BatchId;
import refinery.protocol.EntityKind;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;

/** What an entity that nobody moves is told. The entity decides what to do about it. */
public sealed interface Nudge {
  /** The entity is to repeat what is outstanding. */
  record Wake(EntityKind kind, String id) implements Nudge {}

  /** The job is to tell the scheduler again that it is queued, if it is. */
  record Reannounce(JobId job) implements Nudge {}

  /** The batch is to let its raw data go, if it failed before this time. */
  record LetRawDataGo(BatchId batch, Instant failedBefore) implements Nudge {}

  /** This meets the need that the batch waits for. */
  record Offer(BatchId batch, Need need, Provision provision) implements Nudge {}

  /** Nothing will meet the need for which the batch has waited since before this time. */
  record GiveUpNeed(BatchId batch, Need need, Instant waitingBefore) implements Nudge {}

  /** This attempt runs nowhere. Ignored if the job has another attempt by now. */
  record Lose(JobId job, int attempt, NodeId node) implements Nudge {}
}
