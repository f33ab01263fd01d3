package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import refinery.protocol.JobId;
import refinery.protocol.Wire;

/** Replies of the job entity. Each says what it answers: {@link JobCommand} names its replies. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = JobReply.Accepted.class, name = "accepted"),
  @JsonSubTypes.Type(value = JobReply.RawDataGone.class, name = "raw_data_gone"),
  @JsonSubTypes.Type(value = JobReply.Granted.class, name = "granted"),
  @JsonSubTypes.Type(value = JobReply.Refused.class, name = "refused"),
  @JsonSubTypes.Type(value = JobReply.FinishAccepted.class, name = "finish_accepted"),
  @JsonSubTypes.Type(value = JobReply.Stale.class, name = "stale"),
  @JsonSubTypes.Type(value = JobReply.Lost.class, name = "lost"),
  @JsonSubTypes.Type(value = JobReply.Cancelled.class, name = "cancelled"),
  @JsonSubTypes.Type(value = JobReply.Released.class, name = "released"),
  @JsonSubTypes.Type(value = JobReply.Retried.class, name = "retried"),
  @JsonSubTypes.Type(value = JobReply.PrioritySet.class, name = "priority_set"),
  @JsonSubTypes.Type(value = JobReply.Rejected.class, name = "rejected"),
  @JsonSubTypes.Type(value = JobReply.NotFound.class, name = "not_found"),
  @JsonSubTypes.Type(value = JobReply.State.class, name = "state")
})
public sealed interface JobReply extends Wire {
  JobId job();

  /**
   * The job exists.
   *
   * @param priority that it knows its sender to want
   */
  record Accepted(JobId job, int priority) implements JobReply {}

  /** The raw data of this download generation was discarded, or it was cancelled: raise it. */
  record RawDataGone(JobId job) implements JobReply {}

  record Granted(JobId job, int attempt, long assignment, JobSpec spec) implements JobReply {}

  record Refused(JobId job, long assignment, String reason) implements JobReply {}

  record FinishAccepted(JobId job, int attempt) implements JobReply {}

  /** The attempt is not the current one: stop, and forget what it made. */
  record Stale(JobId job, int attempt) implements JobReply {}

  record Lost(JobId job) implements JobReply {}

  /** The job has ended; not necessarily by this command. */
  record Cancelled(JobId job) implements JobReply {}

  record Released(JobId job) implements JobReply {}

  record Retried(JobId job) implements JobReply {}

  /**
   * @param priority the one that was asked for
   */
  record PrioritySet(JobId job, int priority) implements JobReply {}

  record Rejected(JobId job, String reason) implements JobReply {}

  record NotFound(JobId job) implements JobReply {}

  record State(JobId job, long sequenceNumber, JsonNode state) implements JobReply {}
}
