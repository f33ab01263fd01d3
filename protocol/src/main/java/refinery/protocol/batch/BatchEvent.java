package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.job.JobResult;
import refinery.protocol.trace.TraceContext;

/**
 * Events of the batch entity. Stored for ever: fields and types may be added, never changed or
 * removed. {@code actor} is the person who caused the event; empty when the system did.
 */
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
  @JsonSubTypes.Type(value = BatchEvent.Planned.class, name = "planned"),
  @JsonSubTypes.Type(value = BatchEvent.Cancelled.class, name = "cancelled"),
  @JsonSubTypes.Type(value = BatchEvent.Resumed.class, name = "resumed"),
  @JsonSubTypes.Type(value = BatchEvent.ReprocessRequested.class, name = "reprocess_requested"),
  @JsonSubTypes.Type(value = BatchEvent.JobNoted.class, name = "job_noted"),
  @JsonSubTypes.Type(value = BatchEvent.JobUnwanted.class, name = "job_unwanted"),
  @JsonSubTypes.Type(value = BatchEvent.SurveyInformed.class, name = "survey_informed"),
  @JsonSubTypes.Type(value = BatchEvent.Observed.class, name = "observed"),
  @JsonSubTypes.Type(value = BatchEvent.ObserverInformed.class, name = "observer_informed"),
  @JsonSubTypes.Type(value = BatchEvent.MembersAnswered.class, name = "members_answered"),
  @JsonSubTypes.Type(value = BatchEvent.MemberChanged.class, name = "member_changed"),
  @JsonSubTypes.Type(value = BatchEvent.RawDataReleased.class, name = "raw_data_released"),
  @JsonSubTypes.Type(value = BatchEvent.Withdrawn.class, name = "withdrawn")
})
public sealed interface BatchEvent {
  Instant at();

  /**
   * The batch exists. The claim of the survey that found it is the next event.
   *
   * @param trace what that survey belongs to; empty when that was not traced
   */
  record Registered(
      BatchSpec spec,
      Instant foundAt,
      Instant at,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<TraceContext> trace)
      implements BatchEvent {
    public Registered {
      trace = trace == null ? Optional.empty() : trace;
    }

    public Registered(BatchSpec spec, Instant foundAt, Instant at) {
      this(spec, foundAt, at, Optional.empty());
    }
  }

  /**
   * This is now the survey's claim.
   *
   * @param foundAt when that survey found the batch with the description that is known already;
   *     otherwise empty
   */
  record SurveyClaimed(Claim claim, Optional<Instant> foundAt, Instant at) implements BatchEvent {}

  /** A survey found the batch with another description. What begins from now on uses it. */
  record Described(BatchSpec spec, Instant foundAt, Instant at) implements BatchEvent {}

  /** The batch is to be downloaded by this generation of its group's download job. */
  record DownloadRequested(JobId job, int generation, Instant at) implements BatchEvent {}

  /**
   * The download job exists.
   *
   * @param priority that the job knows to be wanted
   * @param number of that priority; 0: not numbered
   */
  record DownloadAccepted(JobId job, int priority, long number, Instant at) implements BatchEvent {}

  /** The raw data is in temporary storage. */
  record Downloaded(JobId job, long revision, JobResult.Downloaded result, Instant at)
      implements BatchEvent {}

  /** The process job exists; see {@link DownloadAccepted}. */
  record ProcessAccepted(JobId job, int priority, long number, Instant at) implements BatchEvent {}

  /** Nothing meets this need yet. The batch waits until something is offered. */
  record NeedAwaited(Need need, Instant at) implements BatchEvent {}

  record NeedMet(Provision provision, Instant at) implements BatchEvent {}

  /** The batch failed because nothing under way would meet this need. A retry asks again. */
  record NeedGivenUp(Need need, Failure failure, Instant at) implements BatchEvent {}

  /** A retry asks again for what the batch needs; the raw data is still there. */
  record NeedsSought(Optional<Actor> actor, Instant at) implements BatchEvent {}

  /** The job that works for the batch knows that this priority is wanted. */
  record JobPriorityKnown(JobId job, int priority, long number, Instant at) implements BatchEvent {}

  record Processed(JobId job, long revision, JobResult.Processed result, Instant at)
      implements BatchEvent {}

  record Failed(JobId job, long revision, Failure failure, Instant at) implements BatchEvent {}

  /** A survey plans with the batch, or did not choose it: nothing begins. */
  record Planned(String reason, Instant at) implements BatchEvent {}

  record Cancelled(String reason, Optional<Actor> actor, Instant at) implements BatchEvent {}

  /**
   * A job of the batch that had ended is being worked on again.
   *
   * @param revision of the job's status; 0 when the batch itself asks the job to go on
   * @param along the other batch that asked for it; empty when it was this one or a person
   */
  record Resumed(
      JobId job, long revision, Optional<BatchId> along, Optional<Actor> actor, Instant at)
      implements BatchEvent {}

  /**
   * The batch begins anew, with new jobs; {@code generation} is that of the process job.
   *
   * @param fresh true: the process job does not reuse an equal earlier result
   */
  record ReprocessRequested(int generation, Optional<Actor> actor, Instant at, boolean fresh)
      implements BatchEvent {
    public ReprocessRequested(int generation, Optional<Actor> actor, Instant at) {
      this(generation, actor, at, false);
    }
  }

  /** A job's status that changes nothing here, persisted so that a repeat is recognised. */
  record JobNoted(JobId job, long revision, Instant at) implements BatchEvent {}

  /** The batch needs nothing of that job any more and tells it so. */
  record JobUnwanted(JobId job, Optional<Actor> actor, Instant at) implements BatchEvent {}

  /** Another batch used this output and is told when it changes. */
  record Observed(BatchId by, int generation, String artifact, String sha256, Instant at)
      implements BatchEvent {}

  /** An observer other than a survey has persisted the batch's state of this revision. */
  record ObserverInformed(Observer observer, long revision, Instant at) implements BatchEvent {}

  /**
   * The batches in that role's list of inputs up to byte {@code upTo} have answered that they will
   * tell of changes.
   *
   * @param changed one of them whose output has changed since it was used, if there is one
   */
  record MembersAnswered(String role, long upTo, Optional<BatchId> changed, Instant at)
      implements BatchEvent {}

  /** An output that this batch used has changed: its batch was refined again. */
  record MemberChanged(BatchId member, Instant at) implements BatchEvent {}

  /**
   * A survey has persisted the batch's state of this revision.
   *
   * @param over the survey has ended, and its claims up to this number no longer make the batch go
   *     on; 0: none
   */
  record SurveyInformed(SurveyId survey, long revision, long over, Instant at)
      implements BatchEvent {}

  /** That job has recorded that this batch needs nothing of it any more. */
  record RawDataReleased(JobId job, Instant at) implements BatchEvent {}

  /**
   * Its source lists the batch no more, as this survey saw. It is only marked; the mark goes when a
   * survey finds the batch again.
   *
   * @param since when that survey was made
   */
  record Withdrawn(SurveyId survey, Instant since, Instant at) implements BatchEvent {}
}
