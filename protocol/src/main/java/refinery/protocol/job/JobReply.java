package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import refinery.protocol.JobId;
import refinery.protocol.Wire;

/** Replies of the job entity. {@link JobCommand} says which reply answers which command. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = JobReply.Accepted.class, name = "accepted"),
  @JsonSubTypes.Type(value = JobReply.RawDataGone.class, name = "raw_data_gone"),
  @JsonSubTypes.Type(value = JobReply.Granted.class, name = "granted"),
  @JsonSubTypes.Type(value = JobReply.BeginsAlone.class, name = "begins_alone"),
  @JsonSubTypes.Type(value = JobReply.Refused.class, name = "refused"),
  @JsonSubTypes.Type(value = JobReply.FinishAccepted.class, name = "finish_accepted"),
  @JsonSubTypes.Type(value = JobReply.Stale.class, name = "stale"),
  @JsonSubTypes.Type(value = JobReply.Lost.class, name = "lost"),
  @JsonSubTypes.Type(value = JobReply.Cancelled.class, name = "cancelled"),
  @JsonSubTypes.Type(value = JobReply.Released.class, name = "released"),
  @JsonSubTypes.Type(value = JobReply.Retried.class, name = "retried"),
  @JsonSubTypes.Type(value = JobReply.PrioritySet.class, name = "priority_set"),
  @JsonSubTypes.Type(value = JobReply.PriorityKept.class, name = "priority_kept"),
  @JsonSubTypes.Type(value = JobReply.Rejected.class, name = "rejected"),
  @JsonSubTypes.Type(value = JobReply.NotFound.class, name = "not_found"),
  @JsonSubTypes.Type(value = JobReply.State.class, name = "state")
})
public sealed interface JobReply extends Wire {
  JobId job();

  /**
   * The job exists.
   *
   * @param urgency the priority that it knows the sender to want
   * @param existed whether it was there before
   */
  record Accepted(JobId job, Urgency urgency, boolean existed) implements JobReply {}

  /**
   * This job can bring nothing more: its raw data was discarded, or it failed or was cancelled. The
   * batch has to submit the next generation.
   */
  record RawDataGone(JobId job) implements JobReply {}

  /** The agent may run this attempt. */
  record Granted(JobId job, int attempt, long assignment, JobSpec spec) implements JobReply {}

  /**
   * A node ended as this job began. The agent may ask again when nothing else begins on its node.
   */
  record BeginsAlone(JobId job, long assignment) implements JobReply {}

  /** The agent must not run the job and drops the assignment. */
  record Refused(JobId job, long assignment, String reason) implements JobReply {}

  /** The end of the attempt is persisted; the agent may forget it. */
  record FinishAccepted(JobId job, int attempt) implements JobReply {}

  /** The attempt is not the current one: the agent stops it and discards what it made. */
  record Stale(JobId job, int attempt) implements JobReply {}

  /** The loss is persisted, or did not concern the current attempt. */
  record Lost(JobId job) implements JobReply {}

  /** The job has ended, perhaps earlier or in another way than by this command. */
  record Cancelled(JobId job) implements JobReply {}

  record Released(JobId job) implements JobReply {}

  record Retried(JobId job) implements JobReply {}

  /**
   * @param priority that was asked for
   */
  record PrioritySet(JobId job, int priority) implements JobReply {}

  /** The newest priority of this sender that the job knows; it may be newer than the command's. */
  record PriorityKept(JobId job, Urgency urgency) implements JobReply {}

  record Rejected(JobId job, String reason) implements JobReply {}

  record NotFound(JobId job) implements JobReply {}

  /**
   * @param sequenceNumber of the job's last event
   * @param state a {@code JobView} as JSON
   */
  record State(JobId job, long sequenceNumber, JsonNode state) implements JobReply {}
}
