package refinery.protocol.job;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.Wire;

/**
 * Commands of the job entity. All are idempotent, since any of them may arrive twice or late.
 * {@code actor} is the person who caused the command; empty when the system did. A job that does
 * not exist answers NotFound, except to {@link Submit} and {@link LetGo}.
 */
public sealed interface JobCommand extends Wire {

  /**
   * Makes this job; if it exists, the batches of the spec become owners of it. Replied: Accepted,
   * RawDataGone, or Rejected when the id belongs to another job.
   *
   * @param number the number of the spec's priority, see {@link Urgency}; 0: not numbered
   */
  record Submit(JobSpec spec, long number, Optional<Actor> actor, ActorRef<JobReply> replyTo)
      implements JobCommand {

    /** A submission by a person, who is no owner and does not number priorities. */
    public Submit(JobSpec spec, Optional<Actor> actor, ActorRef<JobReply> replyTo) {
      this(spec, 0, actor, replyTo);
    }
  }

  /**
   * A node's agent got this job from the scheduler and asks to run it. Replied: Granted, Refused,
   * or BeginsAlone. A repeat by the same node for the same assignment is granted the same attempt.
   *
   * @param epoch of the scheduler that placed it; a newer scheduler has a larger one
   * @param assignment unique number of the placement within the epoch
   * @param alone true when the agent begins nothing else on the node shortly before or after
   */
  record Start(NodeId node, long epoch, long assignment, boolean alone, ActorRef<JobReply> replyTo)
      implements JobCommand {}

  /**
   * An attempt has ended. Replied: FinishAccepted, also to a repeat; Stale when the attempt is not
   * the current one.
   *
   * @param largestNode what the largest node of the cluster has; a retry never asks for more
   */
  record Finish(int attempt, Outcome outcome, Resources largestNode, ActorRef<JobReply> replyTo)
      implements JobCommand {}

  /**
   * The attempt's node is gone or has handed it back. It counts against the job only when the node
   * ended at the attempt's start. Replied: Lost.
   *
   * @param attempt its number; {@link #ANY_ATTEMPT} is whichever runs on that node, for a node that
   *     went before it could say which one it was granted
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

  /**
   * With a reason: no node of the cluster could hold this job, even if it were empty. Without: a
   * node now could.
   */
  record SetPlaceable(Optional<String> unplaceableReason) implements JobCommand {}

  /**
   * The scheduler does not have this job in its queue. A job that is queued announces itself again.
   */
  record Reannounce() implements JobCommand {}

  /** The scheduler of this epoch has this job in its queue; the job stops announcing itself. */
  record Announced(long epoch) implements JobCommand {}

  /** An owner (the id of a batch or survey) has persisted the job's status of this revision. */
  record OwnerAcknowledged(String owner, long revision) implements JobCommand {}

  /**
   * A person, or the survey of a survey job, cancels it. Replied: Cancelled, also when it has
   * ended.
   */
  record Cancel(String reason, Optional<Actor> actor, ActorRef<JobReply> replyTo)
      implements JobCommand {}

  /**
   * This batch needs nothing of the job any more. When the last owner lets go, the job ends and a
   * download's raw data is discarded. A job that does not exist is made and ended at once, because
   * its submission may still arrive. Replied: Released.
   */
  record LetGo(BatchId owner, JobKind kind, Optional<Actor> actor, ActorRef<JobReply> replyTo)
      implements JobCommand {}

  /**
   * Takes up a failed or cancelled job again, or a waiting one without waiting longer. Replied:
   * Retried; RawDataGone when all its batches have let it go; Rejected when it has succeeded.
   *
   * @param owner the batch that asks for it; empty when a person does, or the survey of a survey
   *     job
   */
  record Retry(Optional<BatchId> owner, Optional<Actor> actor, ActorRef<JobReply> replyTo)
      implements JobCommand {

    public Retry(Optional<Actor> actor, ActorRef<JobReply> replyTo) {
      this(Optional.empty(), actor, replyTo);
    }
  }

  /**
   * A person sets the priority. It holds until an owner changes what it wants. Replied:
   * PrioritySet.
   */
  record SetPriority(int priority, Optional<Actor> actor, ActorRef<JobReply> replyTo)
      implements JobCommand {}

  /**
   * The priority that an owner (the id of a batch or survey) wants now. The job has the highest
   * that any owner wants. Replied: PriorityKept.
   */
  record WantPriority(
      String owner, Urgency urgency, Optional<Actor> actor, ActorRef<JobReply> replyTo)
      implements JobCommand {}

  /**
   * Makes the job repeat what is outstanding. Anybody may send it who finds that a job does not
   * move.
   */
  record Wake() implements JobCommand {}

  /** The live state. Never creates a job. Replied: State. */
  record Inspect(ActorRef<JobReply> replyTo) implements JobCommand {}
}
