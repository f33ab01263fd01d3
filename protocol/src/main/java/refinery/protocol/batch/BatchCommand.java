package refinery.protocol.batch;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.Wire;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.Urgency;
import refinery.protocol.trace.TraceContext;

/**
 * Commands of the batch entity. All are idempotent, since any of them may arrive twice or late.
 * {@code actor} is the person who caused the command; empty when the system did.
 */
public sealed interface BatchCommand extends Wire {

  /**
   * A survey found this batch. Makes the batch if it does not exist. Replied: Claimed.
   *
   * @param foundAt when the source gave this description; one that is older than the known one is
   *     ignored
   * @param trace what the survey belongs to; empty when that is not traced
   */
  record Register(
      BatchSpec spec,
      Instant foundAt,
      Claim claim,
      Optional<TraceContext> trace,
      ActorRef<BatchReply> replyTo)
      implements BatchCommand {
    public Register {
      trace = trace == null ? Optional.empty() : trace;
    }

    public Register(BatchSpec spec, Instant foundAt, Claim claim, ActorRef<BatchReply> replyTo) {
      this(spec, foundAt, claim, Optional.empty(), replyTo);
    }
  }

  /** A survey that found this batch before changes what it wants of it. Replied: Claimed. */
  record ChangeClaim(Claim claim, ActorRef<BatchReply> replyTo) implements BatchCommand {}

  /** The download or process job exists; this is the priority that it knows to be wanted. */
  record JobAccepted(JobId job, Urgency urgency) implements BatchCommand {}

  /** This is the priority that the job knows to be wanted. */
  record JobPriorityKnown(JobId job, Urgency urgency) implements BatchCommand {}

  /** That job can bring nothing more; the batch submits the next generation. */
  record RawDataGone(JobId job) implements BatchCommand {}

  /** The answer to the batch's question what meets this need; empty when nothing does. */
  record Sought(Need need, Optional<Provision> found) implements BatchCommand {}

  /** There is something now that may meet this need, for which the batch waits. */
  record Offered(Need need, Provision provision) implements BatchCommand {}

  /**
   * Nothing that is under way could meet this need. A batch that waits for it since before {@code
   * waitingBefore} fails.
   */
  record NeedHopeless(Need need, Instant waitingBefore) implements BatchCommand {}

  /** The status of a job of this batch. The batch acknowledges the revision to the job. */
  record JobUpdate(JobId job, long revision, JobStatus status) implements BatchCommand {}

  /**
   * The observer has persisted the batch's state of this revision.
   *
   * @param over of a survey that has ended: its claims up to this number make the batch go on no
   *     longer; 0: none
   */
  record Acknowledged(Observer observer, long revision, long over) implements BatchCommand {}

  /**
   * Another batch used an output of this one and wants to be told when that output changes.
   * Replied: Observed.
   *
   * @param generation of the other batch's process job
   * @param artifact what this batch's pipeline calls the output
   * @param sha256 of the output as it was used
   */
  record Observe(
      BatchId by, int generation, String artifact, String sha256, ActorRef<BatchReply> replyTo)
      implements BatchCommand {}

  /**
   * A part of the batches whose outputs this one used have answered that they will tell it of
   * changes.
   *
   * @param inputs the digest of the list of inputs that names them
   * @param from where this part begins in the list, in bytes
   * @param upTo where this part ends, in bytes
   * @param changed one of them whose output has changed since it was used, if there is one
   */
  record MembersAnswered(
      String role, String inputs, long from, long upTo, Optional<BatchId> changed)
      implements BatchCommand {}

  /**
   * A batch whose output this one used has ended or was taken up again. This batch acknowledges the
   * revision to it.
   *
   * @param generation of this batch's process job that used the output
   * @param changed true when the member is done and its output differs from the one that was used
   */
  record MemberUpdate(BatchId member, int generation, long revision, boolean changed)
      implements BatchCommand {}

  /** The job has recorded that this batch needs nothing of it any more. */
  record RawDataReleased(JobId job) implements BatchCommand {}

  /**
   * A person wants the whole batch made again. Replied: Reprocessing; Rejected when it has not
   * ended.
   *
   * @param fresh true: an equal earlier result is not reused
   */
  record Reprocess(boolean fresh, Optional<Actor> actor, ActorRef<BatchReply> replyTo)
      implements BatchCommand {
    public Reprocess(Optional<Actor> actor, ActorRef<BatchReply> replyTo) {
      this(false, actor, replyTo);
    }
  }

  /**
   * A person takes up a batch that failed or was cancelled. Replied: Retried, also when there is
   * nothing to do.
   */
  record Retry(Optional<Actor> actor, ActorRef<BatchReply> replyTo) implements BatchCommand {}

  /**
   * A person cancels the batch, whatever surveys want. It lets its jobs go. Replied: Cancelled,
   * also when it had ended.
   */
  record Cancel(String reason, Optional<Actor> actor, ActorRef<BatchReply> replyTo)
      implements BatchCommand {}

  /**
   * Frees the raw data of a batch that failed before this time; a retry downloads it again.
   * Replied: RawDataLetGo; Rejected when the batch has not failed or failed later.
   */
  record LetRawDataGo(Instant failedBefore, Optional<Actor> actor, ActorRef<BatchReply> replyTo)
      implements BatchCommand {}

  /**
   * A complete search of its source, whose survey was made at {@code since}, did not list this
   * batch any more. Ignored if another survey has found it since. Replied: WithdrawalNoted.
   */
  record NotListed(SurveyId survey, Instant since, ActorRef<BatchReply> replyTo)
      implements BatchCommand {}

  /** Makes the batch repeat what is outstanding. */
  record Wake() implements BatchCommand {}

  /** The live state. Never creates a batch. Replied: State. */
  record Inspect(ActorRef<BatchReply> replyTo) implements BatchCommand {}
}
