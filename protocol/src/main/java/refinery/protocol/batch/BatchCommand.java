package refinery.protocol.batch;

import akka.actor.typed.ActorRef;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.Wire;
import refinery.protocol.job.JobStatus;

/** Commands of the batch entity. All are idempotent; every one may arrive twice or late. */
public sealed interface BatchCommand extends Wire {

  /** A survey found this batch. Replied: Registered. */
  record Register(BatchSpec spec, SurveyId survey, int priority, ActorRef<BatchReply> replyTo)
      implements BatchCommand {}

  /** The download or process job exists. */
  record JobAccepted(JobId job) implements BatchCommand {}

  /** The raw data of that download job is gone: submit the next generation. */
  record RawDataGone(JobId job) implements BatchCommand {}

  /** What a job of this batch says of itself; acknowledged to the job entity by its id. */
  record JobUpdate(JobId job, long revision, JobStatus status) implements BatchCommand {}

  /** The survey has persisted what it was told at this revision. */
  record SurveyAcknowledged(SurveyId survey, long revision) implements BatchCommand {}

  /** The download job has noted that this batch needs its raw data no longer. */
  record RawDataReleased(JobId job) implements BatchCommand {}

  /** A person wants it processed again, or a survey's failed batches retried. */
  record Reprocess(ActorRef<BatchReply> replyTo) implements BatchCommand {}

  /** Retry, if failed or cancelled by hand. Replied: Done (also when there is nothing to do). */
  record Retry(ActorRef<BatchReply> replyTo) implements BatchCommand {}

  /** This survey is cancelled; the batch is, when no other survey wants it. Replied: Done. */
  record Cancel(SurveyId survey, String reason, ActorRef<BatchReply> replyTo)
      implements BatchCommand {}

  record SetPriority(int priority) implements BatchCommand {}

  record Wake() implements BatchCommand {}

  record Inspect(ActorRef<BatchReply> replyTo) implements BatchCommand {}
}
