package refinery.protocol.batch;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.Wire;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.job.JobStatus;

/** Commands of the batch entity. All are idempotent; every one may arrive twice or late. */
public sealed interface BatchCommand extends Wire {

  /**
   * A survey found this batch; makes it if it is not there. Replied: Claimed.
   *
   * @param foundAt when the source described it so; an older description changes nothing
   */
  record Register(BatchSpec spec, Instant foundAt, Claim claim, ActorRef<BatchReply> replyTo)
      implements BatchCommand {}

  /** A survey that is known changes what it wants. Replied: Claimed. */
  record ChangeClaim(Claim claim, ActorRef<BatchReply> replyTo) implements BatchCommand {}

  /** The download or process job exists and knows that this priority is wanted. */
  record JobAccepted(JobId job, int priority) implements BatchCommand {}

  /** The job knows that this priority is wanted. */
  record JobPriorityKnown(JobId job, int priority) implements BatchCommand {}

  /** The raw data of that download job is gone: submit the next generation. */
  record RawDataGone(JobId job) implements BatchCommand {}

  /** What meets this need now, if anything does; the answer to a question of the batch. */
  record Sought(Need need, Optional<RefinedArtifact> found) implements BatchCommand {}

  /** There is something now that may meet a need that the batch waits for. */
  record Offered(Need need, RefinedArtifact artifact) implements BatchCommand {}

  /** Nothing is under way that could bring what the batch waits for since before this time. */
  record NeedHopeless(Need need, Instant waitingBefore) implements BatchCommand {}

  /** What a job of this batch says of itself; acknowledged to the job entity by its id. */
  record JobUpdate(JobId job, long revision, JobStatus status) implements BatchCommand {}

  /** The survey has persisted what it was told at this revision. */
  record SurveyAcknowledged(SurveyId survey, long revision) implements BatchCommand {}

  /** The download job has noted that this batch needs its raw data no longer. */
  record RawDataReleased(JobId job) implements BatchCommand {}

  /** A person wants it processed again. Replied: Reprocessing or Rejected. */
  record Reprocess(ActorRef<BatchReply> replyTo) implements BatchCommand {}

  /**
   * A person takes up what failed or was cancelled. Replied: Retried, if there is nothing to do,
   * too.
   */
  record Retry(ActorRef<BatchReply> replyTo) implements BatchCommand {}

  /**
   * Let go of the raw data of a batch that failed before this time; a retry downloads again.
   * Replied: RawDataLetGo or Rejected.
   */
  record LetRawDataGo(Instant failedBefore, ActorRef<BatchReply> replyTo) implements BatchCommand {}

  record Wake() implements BatchCommand {}

  record Inspect(ActorRef<BatchReply> replyTo) implements BatchCommand {}
}
