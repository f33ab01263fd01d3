package refinery.protocol.job;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.Wire;

/** Commands of the job entity. All are idempotent; every one may arrive twice or late. */
public sealed interface JobCommand extends Wire {

  /** Make this job, or join its owners if it exists. Replied: Accepted or RawDataGone. */
  record Submit(JobSpec spec, ActorRef<JobReply> replyTo) implements JobCommand {}

  /**
   * A node agent was given this job by the scheduler and wants to run it. Replied: Granted or
   * Refused. A repeat by the same node for the same assignment is granted the same attempt.
   *
   * @param epoch of the scheduler that placed it
   * @param assignment unique number of the placement within the epoch
   */
  record Start(NodeId node, long epoch, long assignment, ActorRef<JobReply> replyTo)
      implements JobCommand {}

  /**
   * An attempt ended. Replied: FinishAccepted, or Stale when the attempt is not the current one.
   *
   * @param largestNode what the largest node of the cluster has, bounds raised resources
   */
  record Finish(int attempt, Outcome outcome, Resources largestNode, ActorRef<JobReply> replyTo)
      implements JobCommand {}

  /**
   * The node of this attempt is gone or gave it back. Charged only when the node ended at the
   * attempt's start. Replied: Lost.
   *
   * @param attempt or {@link #ANY_ATTEMPT}: whichever runs on that node, when the node went before
   *     it could say which one was granted
   */
  record Lose(
      int attempt,
      NodeId node,
      String reason,
      LossCause cause,
      Optional<ActorRef<JobReply>> replyTo)
      implements JobCommand {
    public static final int ANY_ATTEMPT = 0;
  }

  /** The scheduler finds that no node of the cluster could ever hold this job, or one now can. */
  record SetPlaceable(Optional<String> unplaceableReason) implements JobCommand {}

  /** The scheduler has dropped this job and wants to hear whether it is still queued. */
  record Reannounce() implements JobCommand {}

  /** The scheduler has this job in its queue. */
  record Announced(long epoch) implements JobCommand {}

  /** An owner (batch or survey id) has persisted what it was told at this revision. */
  record OwnerAcknowledged(String owner, long revision) implements JobCommand {}

  /** A person or the survey of a survey job cancels. Replied: Cancelled. */
  record Cancel(String reason, ActorRef<JobReply> replyTo) implements JobCommand {}

  /**
   * This batch needs nothing of the job any more; the last one ends it. A job that does not exist
   * is made and ended, for its submission may still arrive. Replied: Released.
   */
  record LetGo(BatchId owner, JobKind kind, ActorRef<JobReply> replyTo) implements JobCommand {}

  /** A failed or cancelled job is taken up again. Replied: Retried, RawDataGone or Rejected. */
  record Retry(ActorRef<JobReply> replyTo) implements JobCommand {}

  /** A person or a survey sets it, whatever batches want. Replied: PrioritySet. */
  record SetPriority(int priority, ActorRef<JobReply> replyTo) implements JobCommand {}

  /** The job has the highest priority that its batches want. Replied: PrioritySet. */
  record WantPriority(BatchId owner, int priority, ActorRef<JobReply> replyTo)
      implements JobCommand {}

  /** Do what is outstanding; sent by whoever finds that nobody moves this job. */
  record Wake() implements JobCommand {}

  /** The live state. Replied: State. Never creates. */
  record Inspect(ActorRef<JobReply> replyTo) implements JobCommand {}
}
