package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import refinery.protocol.Failure;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.job.JobResult;

/** Events of the batch entity. They only grow. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = BatchEvent.Registered.class, name = "registered"),
  @JsonSubTypes.Type(value = BatchEvent.SurveyClaimed.class, name = "survey_claimed"),
  @JsonSubTypes.Type(value = BatchEvent.Described.class, name = "described"),
  @JsonSubTypes.Type(value = BatchEvent.DownloadRequested.class, name = "download_requested"),
  @JsonSubTypes.Type(value = BatchEvent.DownloadAccepted.class, name = "download_accepted"),
  @JsonSubTypes.Type(value = BatchEvent.Downloaded.class, name = "downloaded"),
  @JsonSubTypes.Type(value = BatchEvent.ProcessAccepted.class, name = "process_accepted"),
  @JsonSubTypes.Type(value = BatchEvent.NeedAwaited.class, name = "need_awaited"),
  @JsonSubTypes.Type(value = BatchEvent.NeedMet.class, name = "need_met"),
  @JsonSubTypes.Type(value = BatchEvent.NeedGivenUp.class, name = "need_given_up"),
  @JsonSubTypes.Type(value = BatchEvent.NeedsSought.class, name = "needs_sought"),
  @JsonSubTypes.Type(value = BatchEvent.JobPriorityKnown.class, name = "job_priority_known"),
  @JsonSubTypes.Type(value = BatchEvent.Processed.class, name = "processed"),
  @JsonSubTypes.Type(value = BatchEvent.Failed.class, name = "failed"),
  @JsonSubTypes.Type(value = BatchEvent.Cancelled.class, name = "cancelled"),
  @JsonSubTypes.Type(value = BatchEvent.Resumed.class, name = "resumed"),
  @JsonSubTypes.Type(value = BatchEvent.ReprocessRequested.class, name = "reprocess_requested"),
  @JsonSubTypes.Type(value = BatchEvent.JobNoted.class, name = "job_noted"),
  @JsonSubTypes.Type(value = BatchEvent.JobUnwanted.class, name = "job_unwanted"),
  @JsonSubTypes.Type(value = BatchEvent.SurveyInformed.class, name = "survey_informed"),
  @JsonSubTypes.Type(value = BatchEvent.RawDataReleased.class, name = "raw_data_released")
})
public sealed interface BatchEvent {
  Instant at();

  /** The batch exists; the claim of the survey that found it follows. */
  record Registered(BatchSpec spec, Instant foundAt, Instant at) implements BatchEvent {}

  /** From now on this is the claim of that survey. */
  record SurveyClaimed(Claim claim, Instant at) implements BatchEvent {}

  /** A survey found it described otherwise: what begins from now on goes by this. */
  record Described(BatchSpec spec, Instant foundAt, Instant at) implements BatchEvent {}

  /** The batch shall be downloaded by this generation of its group. */
  record DownloadRequested(JobId job, int generation, Instant at) implements BatchEvent {}

  record DownloadAccepted(JobId job, int priority, Instant at) implements BatchEvent {}

  /** Raw data is there; {@code processJob} is what follows. */
  record Downloaded(
      JobId job, long revision, JobResult.Downloaded result, JobId processJob, Instant at)
      implements BatchEvent {}

  record ProcessAccepted(JobId job, int priority, Instant at) implements BatchEvent {}

  /** Nothing meets this need yet: from now on the batch waits to be offered something. */
  record NeedAwaited(Need need, Instant at) implements BatchEvent {}

  record NeedMet(Provision provision, Instant at) implements BatchEvent {}

  /** Nothing that is under way would ever meet it; a retry asks again. */
  record NeedGivenUp(Need need, Failure failure, Instant at) implements BatchEvent {}

  /** What it needs is asked for again; its raw data is there. */
  record NeedsSought(Instant at) implements BatchEvent {}

  /** The job that works for it knows that this priority is wanted. */
  record JobPriorityKnown(JobId job, int priority, Instant at) implements BatchEvent {}

  record Processed(JobId job, long revision, JobResult.Processed result, Instant at)
      implements BatchEvent {}

  record Failed(JobId job, long revision, Failure failure, Instant at) implements BatchEvent {}

  record Cancelled(String reason, Instant at) implements BatchEvent {}

  /** A job that had ended is being worked on again. */
  record Resumed(JobId job, long revision, Instant at) implements BatchEvent {}

  /** A new generation of everything: {@code generation} is the process job's. */
  record ReprocessRequested(int generation, Instant at) implements BatchEvent {}

  /** A job's update that changed nothing here, noted so that it is acknowledged for good. */
  record JobNoted(JobId job, long revision, Instant at) implements BatchEvent {}

  /** That job works for a past life of this batch: it is let go. */
  record JobUnwanted(JobId job, Instant at) implements BatchEvent {}

  record SurveyInformed(SurveyId survey, long revision, Instant at) implements BatchEvent {}

  record RawDataReleased(JobId job, Instant at) implements BatchEvent {}
}
