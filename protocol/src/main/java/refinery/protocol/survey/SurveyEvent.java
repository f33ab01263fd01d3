package refinery.protocol.survey;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.JobStatus;
import refinery.protocol.trace.TraceContext;

/**
 * Events of the survey entity. Stored for ever: fields and types may be added, never changed or
 * removed. {@code actor} is the person who caused the event; empty when the system did.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = SurveyEvent.Created.class, name = "created"),
  @JsonSubTypes.Type(value = SurveyEvent.JobAccepted.class, name = "job_accepted"),
  @JsonSubTypes.Type(value = SurveyEvent.JobPriorityKnown.class, name = "job_priority_known"),
  @JsonSubTypes.Type(value = SurveyEvent.BatchesFound.class, name = "batches_found"),
  @JsonSubTypes.Type(value = SurveyEvent.BatchClaimed.class, name = "batch_claimed"),
  @JsonSubTypes.Type(value = SurveyEvent.BatchUpdated.class, name = "batch_updated"),
  @JsonSubTypes.Type(value = SurveyEvent.JobUpdated.class, name = "job_updated"),
  @JsonSubTypes.Type(value = SurveyEvent.Cancelled.class, name = "cancelled"),
  @JsonSubTypes.Type(value = SurveyEvent.Retried.class, name = "retried"),
  @JsonSubTypes.Type(value = SurveyEvent.PriorityChanged.class, name = "priority_changed"),
  @JsonSubTypes.Type(value = SurveyEvent.Finished.class, name = "finished"),
  @JsonSubTypes.Type(value = SurveyEvent.Reopened.class, name = "reopened"),
  @JsonSubTypes.Type(value = SurveyEvent.InputAsked.class, name = "input_asked"),
  @JsonSubTypes.Type(value = SurveyEvent.Answered.class, name = "answered")
})
public sealed interface SurveyEvent {
  Instant at();

  /**
   * @param trace what asked for it; empty when that was not traced
   */
  record Created(
      SurveyRequest request,
      JobId job,
      Optional<Actor> actor,
      Instant at,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<TraceContext> trace)
      implements SurveyEvent {
    public Created {
      trace = trace == null ? Optional.empty() : trace;
    }

    public Created(SurveyRequest request, JobId job, Optional<Actor> actor, Instant at) {
      this(request, job, actor, at, Optional.empty());
    }
  }

  /**
   * @param priority that the job knows to be wanted
   * @param number of that priority, see {@code Urgency}; 0: not numbered
   */
  record JobAccepted(JobId job, int priority, long number, Instant at) implements SurveyEvent {}

  record JobPriorityKnown(JobId job, int priority, long number, Instant at)
      implements SurveyEvent {}

  record BatchesFound(List<BatchSpec> batches, Instant at) implements SurveyEvent {
    public BatchesFound {
      batches = List.copyOf(batches);
    }
  }

  /**
   * The batch has persisted the survey's claim of this number and, if one came with it, the
   * description found at that time; its state is {@code standing}.
   */
  record BatchClaimed(
      BatchId batch, long number, Optional<Instant> foundAt, Standing standing, Instant at)
      implements SurveyEvent {}

  record BatchUpdated(BatchId batch, Standing standing, Instant at) implements SurveyEvent {}

  record JobUpdated(JobId job, long revision, JobStatus status, Instant at)
      implements SurveyEvent {}

  record Cancelled(String reason, Optional<Actor> actor, Instant at) implements SurveyEvent {}

  /**
   * The survey is taken up again: everything of a cancelled survey, otherwise what failed.
   *
   * @param job the survey job from now on; a new one when the former was told to stop
   * @param jobAgain true when that job has ended and has to be retried
   */
  record Retried(JobId job, boolean jobAgain, Optional<Actor> actor, Instant at)
      implements SurveyEvent {}

  record PriorityChanged(int priority, Optional<Actor> actor, Instant at) implements SurveyEvent {}

  record Finished(SurveyState state, String reason, Instant at) implements SurveyEvent {}

  /** The survey had ended, and now its job or a batch of it is being worked on again. */
  record Reopened(Instant at) implements SurveyEvent {}

  /** The survey waits for a person's answer. */
  record InputAsked(Question question, Instant at) implements SurveyEvent {}

  /**
   * The question was answered, and the survey goes on.
   *
   * @param question its id
   */
  record Answered(String question, JsonNode input, Optional<Actor> actor, Instant at)
      implements SurveyEvent {}
}
