package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;

/** What a job tells its owners, which are batches, or the survey of a survey job. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = JobStatus.Active.class, name = "active"),
  @JsonSubTypes.Type(value = JobStatus.Succeeded.class, name = "succeeded"),
  @JsonSubTypes.Type(value = JobStatus.Failed.class, name = "failed"),
  @JsonSubTypes.Type(value = JobStatus.Cancelled.class, name = "cancelled")
})
public sealed interface JobStatus {
  /**
   * The job is being worked on again after it had ended.
   *
   * @param owner the batch that asked for it; empty when a person did, or the survey of a survey
   *     job
   */
  record Active(Optional<BatchId> owner) implements JobStatus {

    public Active() {
      this(Optional.empty());
    }
  }

  record Succeeded(JobResult result) implements JobStatus {}

  record Failed(Failure failure) implements JobStatus {}

  record Cancelled(String reason) implements JobStatus {}
}
