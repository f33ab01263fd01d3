package refinery.protocol.survey;

import akka.actor.typed.ActorRef;
import java.util.List;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.Wire;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.JobStatus;

/** Commands of the survey entity. All are idempotent; every one may arrive twice or late. */
public sealed interface SurveyCommand extends Wire {

  /** Replied: Created, with {@code existed}; Rejected when the id holds another request. */
  record Create(SurveyRequest request, ActorRef<SurveyReply> replyTo) implements SurveyCommand {}

  /** The survey job exists and has this priority. */
  record JobAccepted(JobId job, int priority) implements SurveyCommand {}

  /** The survey job was given this priority. */
  record JobPriorityKnown(JobId job, int priority) implements SurveyCommand {}

  /**
   * An attempt at the survey job found these. What is known already is ignored, but for newer
   * descriptions of batches that have not answered yet. Replied: Recorded when all are known for
   * good; Rejected when the survey wants nothing more of this job.
   */
  record Record(JobId job, List<BatchSpec> batches, ActorRef<SurveyReply> replyTo)
      implements SurveyCommand {
    public Record {
      batches = List.copyOf(batches);
    }
  }

  /** What the survey job says of itself. */
  record JobUpdate(JobId job, long revision, JobStatus status) implements SurveyCommand {}

  /** The batch keeps the survey's claim of this number. */
  record BatchClaimed(BatchId batch, long number, Standing standing) implements SurveyCommand {}

  /** A batch ended, or was taken up again; older revisions are ignored but acknowledged. */
  record BatchUpdate(BatchId batch, Standing standing) implements SurveyCommand {}

  /** Replied: Cancelled. */
  record Cancel(String reason, ActorRef<SurveyReply> replyTo) implements SurveyCommand {}

  /**
   * Takes up what failed or was cancelled: the survey job and batches. Replied: Retried, if there
   * is nothing to do, too.
   */
  record Retry(ActorRef<SurveyReply> replyTo) implements SurveyCommand {}

  /** Replied: PrioritySet. */
  record SetPriority(int priority, ActorRef<SurveyReply> replyTo) implements SurveyCommand {}

  record Wake() implements SurveyCommand {}

  record Inspect(ActorRef<SurveyReply> replyTo) implements SurveyCommand {}
}
