package refinery.protocol.survey;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.Wire;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.Urgency;
import refinery.protocol.trace.TraceContext;

/**
 * Commands of the survey entity. All are idempotent, since any of them may arrive twice or late.
 * {@code actor} is the person who caused the command; empty when the system did.
 */
public sealed interface SurveyCommand extends Wire {

  /**
   * Makes the survey. Replied: Created, which says whether it existed; Rejected when the id belongs
   * to a survey of another request.
   *
   * @param trace what asks for it; empty when that is not traced
   */
  record Create(
      SurveyRequest request,
      Optional<Actor> actor,
      Optional<TraceContext> trace,
      ActorRef<SurveyReply> replyTo)
      implements SurveyCommand {
    public Create {
      trace = trace == null ? Optional.empty() : trace;
    }

    public Create(SurveyRequest request, Optional<Actor> actor, ActorRef<SurveyReply> replyTo) {
      this(request, actor, Optional.empty(), replyTo);
    }
  }

  /** The survey job exists; this is the priority that it knows to be wanted. */
  record JobAccepted(JobId job, Urgency urgency) implements SurveyCommand {}

  /** This is the priority that the survey job knows to be wanted. */
  record JobPriorityKnown(JobId job, Urgency urgency) implements SurveyCommand {}

  /**
   * An attempt at the survey job found these batches. Batches that the survey knows are ignored,
   * except that one which has not answered yet takes the newer description. Replied: Recorded when
   * all are persisted; Rejected when the survey wants nothing more of this job.
   */
  record Record(JobId job, List<BatchSpec> batches, ActorRef<SurveyReply> replyTo)
      implements SurveyCommand {
    public Record {
      batches = List.copyOf(batches);
    }
  }

  /** The survey job's status. */
  record JobUpdate(JobId job, long revision, JobStatus status) implements SurveyCommand {}

  /**
   * The batch has persisted the survey's claim of this number, and the description that was found
   * at that time, if one came with it.
   */
  record BatchClaimed(BatchId batch, long number, Optional<Instant> foundAt, Standing standing)
      implements SurveyCommand {}

  /**
   * A batch has ended or was taken up again. An older revision than is known is acknowledged and
   * ignored.
   */
  record BatchUpdate(BatchId batch, Standing standing) implements SurveyCommand {}

  /**
   * Cancels the survey: its job is stopped, and it lets its batches go. Replied: Cancelled, also
   * when it had ended.
   */
  record Cancel(String reason, Optional<Actor> actor, ActorRef<SurveyReply> replyTo)
      implements SurveyCommand {}

  /**
   * Takes up the survey job and the batches that failed or were cancelled. Replied: Retried, also
   * when there is nothing to do.
   */
  record Retry(Optional<Actor> actor, ActorRef<SurveyReply> replyTo) implements SurveyCommand {}

  /**
   * Sets the priority of the survey, of its job and of batches that are not done. Replied:
   * PrioritySet.
   */
  record SetPriority(int priority, Optional<Actor> actor, ActorRef<SurveyReply> replyTo)
      implements SurveyCommand {}

  /**
   * Answers the survey's question; the input has been checked against it. Replied: Answered;
   * Rejected if the survey asks nothing.
   */
  record Answer(JsonNode input, Optional<Actor> actor, ActorRef<SurveyReply> replyTo)
      implements SurveyCommand {}

  /** Makes the survey repeat what is outstanding. */
  record Wake() implements SurveyCommand {}

  /** The live state. Never creates a survey. Replied: State. */
  record Inspect(ActorRef<SurveyReply> replyTo) implements SurveyCommand {}
}
