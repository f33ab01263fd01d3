package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import refinery.protocol.Failure;

/** What a job tells its owners (batches, or the survey of a survey job). */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = JobStatus.Active.class, name = "active"),
  @JsonSubTypes.Type(value = JobStatus.Succeeded.class, name = "succeeded"),
  @JsonSubTypes.Type(value = JobStatus.Failed.class, name = "failed"),
  @JsonSubTypes.Type(value = JobStatus.Cancelled.class, name = "cancelled")
})
public sealed interface JobStatus {
  /** Being worked on again after it had ended: a person retried it. */
  record Active() implements JobStatus {}

  record Succeeded(JobResult result) implements JobStatus {}

  record Failed(Failure failure) implements JobStatus {}

  record Cancelled(String reason) implements JobStatus {}
}
