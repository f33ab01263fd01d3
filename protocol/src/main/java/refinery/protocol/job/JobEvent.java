package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;

/** Events of the job entity. They only grow; a stored example of each is read by a test. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = JobEvent.Submitted.class, name = "submitted"),
  @JsonSubTypes.Type(value = JobEvent.OwnersJoined.class, name = "owners_joined"),
  @JsonSubTypes.Type(value = JobEvent.Started.class, name = "started"),
  @JsonSubTypes.Type(value = JobEvent.AttemptSucceeded.class, name = "attempt_succeeded"),
  @JsonSubTypes.Type(value = JobEvent.AttemptFailed.class, name = "attempt_failed"),
  @JsonSubTypes.Type(value = JobEvent.NodeEnded.class, name = "node_ended"),
  @JsonSubTypes.Type(value = JobEvent.AttemptDeferred.class, name = "attempt_deferred"),
  @JsonSubTypes.Type(value = JobEvent.RetryScheduled.class, name = "retry_scheduled"),
  @JsonSubTypes.Type(value = JobEvent.Requeued.class, name = "requeued"),
  @JsonSubTypes.Type(value = JobEvent.BecameUnplaceable.class, name = "became_unplaceable"),
  @JsonSubTypes.Type(value = JobEvent.GivenUp.class, name = "given_up"),
  @JsonSubTypes.Type(value = JobEvent.Cancelled.class, name = "cancelled"),
  @JsonSubTypes.Type(value = JobEvent.RetriedByHand.class, name = "retried_by_hand"),
  @JsonSubTypes.Type(value = JobEvent.PriorityChanged.class, name = "priority_changed"),
  @JsonSubTypes.Type(value = JobEvent.PriorityWanted.class, name = "priority_wanted"),
  @JsonSubTypes.Type(value = JobEvent.OwnerInformed.class, name = "owner_informed"),
  @JsonSubTypes.Type(value = JobEvent.RawDataReleased.class, name = "raw_data_released"),
  @JsonSubTypes.Type(value = JobEvent.RawDataDiscarded.class, name = "raw_data_discarded")
})
public sealed interface JobEvent {
  Instant at();

  record Submitted(JobSpec spec, Instant at) implements JobEvent {}

  record OwnersJoined(List<BatchId> batchIds, int priority, Instant at) implements JobEvent {
    public OwnersJoined {
      batchIds = List.copyOf(batchIds);
    }
  }

  record Started(int attempt, NodeId node, long epoch, long assignment, Instant at)
      implements JobEvent {}

  record AttemptSucceeded(
      int attempt, JobResult result, Usage usage, List<StepRecord> steps, Instant at)
      implements JobEvent {}

  record AttemptFailed(
      int attempt,
      refinery.protocol.Failure failure,
      Usage usage,
      List<StepRecord> steps,
      boolean charged,
      Instant at)
      implements JobEvent {}

  /**
   * The attempt's node ended while it ran; its failure follows.
   *
   * @param atStart whether within a heartbeat of the attempt's start
   */
  record NodeEnded(int attempt, NodeId node, boolean atStart, Instant at) implements JobEvent {}

  record AttemptDeferred(int attempt, String reason, Instant at) implements JobEvent {}

  record RetryScheduled(Instant retryAt, Resources resources, Instant at) implements JobEvent {}

  /** Back in the queue: its time came, its node was lost, or a node that can hold it joined. */
  record Requeued(String reason, Instant at) implements JobEvent {}

  record BecameUnplaceable(String reason, Instant at) implements JobEvent {}

  record GivenUp(refinery.protocol.Failure failure, Instant at) implements JobEvent {}

  record Cancelled(String reason, Instant at) implements JobEvent {}

  record RetriedByHand(Instant at) implements JobEvent {}

  record PriorityChanged(int priority, Instant at) implements JobEvent {}

  record PriorityWanted(BatchId owner, int priority, Instant at) implements JobEvent {}

  record OwnerInformed(String owner, long revision, Instant at) implements JobEvent {}

  record RawDataReleased(BatchId batch, Instant at) implements JobEvent {}

  /** No batch needs the raw data; from now on a join is refused and the bytes are garbage. */
  record RawDataDiscarded(Optional<String> reason, Instant at) implements JobEvent {}
}
