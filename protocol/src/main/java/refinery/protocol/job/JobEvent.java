package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;

/**
 * Events of the job entity. Stored for ever: fields and types may be added, never changed or
 * removed; a test reads a stored example of each. {@code actor} is the person who caused the event;
 * empty when the system did.
 */
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

  /**
   * @param number of the spec's priority, see {@link Urgency}; 0: not numbered
   */
  record Submitted(JobSpec spec, long number, Optional<Actor> actor, Instant at)
      implements JobEvent {}

  /** These batches want the job too, with this priority. */
  record OwnersJoined(List<BatchId> batchIds, int priority, long number, Instant at)
      implements JobEvent {
    public OwnersJoined {
      batchIds = List.copyOf(batchIds);
    }
  }

  /** This attempt was granted to a node, for that assignment of that epoch's scheduler. */
  record Started(int attempt, NodeId node, long epoch, long assignment, Instant at)
      implements JobEvent {}

  record AttemptSucceeded(
      int attempt, JobResult result, Usage usage, List<StepRecord> steps, Instant at)
      implements JobEvent {}

  /**
   * @param charged whether the failure counts towards the limit of failures
   */
  record AttemptFailed(
      int attempt,
      refinery.protocol.Failure failure,
      Usage usage,
      List<StepRecord> steps,
      boolean charged,
      Instant at)
      implements JobEvent {}

  /**
   * The attempt's node ended while the attempt ran. The attempt's failure is the next event.
   *
   * @param atStart whether the node ended within one heartbeat of the attempt's start
   */
  record NodeEnded(int attempt, NodeId node, boolean atStart, Instant at) implements JobEvent {}

  /**
   * The attempt could not go on; this is no failure.
   *
   * @param crowded true when others had filled its volume, false when it needed more than was
   *     reserved
   */
  record AttemptDeferred(int attempt, String reason, boolean crowded, Instant at)
      implements JobEvent {}

  /** The job waits until this time and then asks for these resources. */
  record RetryScheduled(Instant retryAt, Resources resources, Instant at) implements JobEvent {}

  /**
   * The job is back in the queue: the time of its retry came, its node was lost, a node that can
   * hold it joined, or a person asked for it.
   */
  record Requeued(String reason, Optional<Actor> actor, Instant at) implements JobEvent {}

  record BecameUnplaceable(String reason, Instant at) implements JobEvent {}

  /** The job has failed with this failure of its last attempt. */
  record GivenUp(refinery.protocol.Failure failure, Instant at) implements JobEvent {}

  record Cancelled(String reason, Optional<Actor> actor, Instant at) implements JobEvent {}

  /**
   * The job was taken up again after it had failed or was cancelled.
   *
   * @param owner the batch that asked; empty when a person did, or the survey of a survey job
   */
  record RetriedByHand(Optional<BatchId> owner, Optional<Actor> actor, Instant at)
      implements JobEvent {}

  /** A person set the priority, whatever the owners want. */
  record PriorityChanged(int priority, Optional<Actor> actor, Instant at) implements JobEvent {}

  /** The owner with this id wants this priority. */
  record PriorityWanted(String owner, int priority, long number, Optional<Actor> actor, Instant at)
      implements JobEvent {}

  /** The owner with this id has persisted the job's status of this revision. */
  record OwnerInformed(String owner, long revision, Instant at) implements JobEvent {}

  /** This batch needs nothing of the job any more, be it a download or a process job. */
  record RawDataReleased(BatchId batch, Instant at) implements JobEvent {}

  /**
   * No batch needs the raw data. From now on no batch may join the job, and the bytes may be
   * deleted.
   */
  record RawDataDiscarded(Optional<String> reason, Instant at) implements JobEvent {}
}
