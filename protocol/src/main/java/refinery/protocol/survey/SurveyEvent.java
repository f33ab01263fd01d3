package refinery.protocol.survey;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.JobStatus;

/** Events of the survey entity. They only grow. */
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
  @JsonSubTypes.Type(value = SurveyEvent.Finished.class, name = "finished")
})
public sealed interface SurveyEvent {
  Instant at();

  record Created(SurveyRequest request, JobId job, Instant at) implements SurveyEvent {}

  /**
   * @param priority that the job has
   */
  record JobAccepted(JobId job, int priority, Instant at) implements SurveyEvent {}

  record JobPriorityKnown(JobId job, int priority, Instant at) implements SurveyEvent {}

  record BatchesFound(List<BatchSpec> batches, Instant at) implements SurveyEvent {
    public BatchesFound {
      batches = List.copyOf(batches);
    }
  }

  /** The batch keeps the survey's claim of this number, and stands so. */
  record BatchClaimed(BatchId batch, long number, Standing standing, Instant at)
      implements SurveyEvent {}

  record BatchUpdated(BatchId batch, Standing standing, Instant at) implements SurveyEvent {}

  record JobUpdated(JobId job, long revision, JobStatus status, Instant at)
      implements SurveyEvent {}

  record Cancelled(String reason, Instant at) implements SurveyEvent {}

  /**
   * Taken up again: what failed, and of a cancelled survey everything.
   *
   * @param job the survey job from now on: another one when the former was told to stop
   * @param jobAgain that job has ended and has to be retried
   */
  record Retried(JobId job, boolean jobAgain, Instant at) implements SurveyEvent {}

  record PriorityChanged(int priority, Instant at) implements SurveyEvent {}

  record Finished(SurveyState state, String reason, Instant at) implements SurveyEvent {}
}
