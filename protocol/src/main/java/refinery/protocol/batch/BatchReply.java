package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.Wire;

/** Replies of the batch entity. {@link BatchCommand} says which reply answers which command. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = BatchReply.Claimed.class, name = "claimed"),
  @JsonSubTypes.Type(value = BatchReply.Observed.class, name = "observed"),
  @JsonSubTypes.Type(value = BatchReply.Reprocessing.class, name = "reprocessing"),
  @JsonSubTypes.Type(value = BatchReply.Retried.class, name = "retried"),
  @JsonSubTypes.Type(value = BatchReply.Cancelled.class, name = "cancelled"),
  @JsonSubTypes.Type(value = BatchReply.RawDataLetGo.class, name = "raw_data_let_go"),
  @JsonSubTypes.Type(value = BatchReply.WithdrawalNoted.class, name = "withdrawal_noted"),
  @JsonSubTypes.Type(value = BatchReply.Rejected.class, name = "rejected"),
  @JsonSubTypes.Type(value = BatchReply.NotFound.class, name = "not_found"),
  @JsonSubTypes.Type(value = BatchReply.State.class, name = "state")
})
public sealed interface BatchReply extends Wire {
  BatchId batch();

  /**
   * The survey's claim as the batch has persisted it, and the batch's state.
   *
   * @param number of the persisted claim; it may be newer than the command's
   * @param foundAt the time of the description that came with the command, which is persisted now
   *     unless it was out of date; empty when none came
   * @param standing as in {@code SurveyCommand.BatchUpdate}
   */
  record Claimed(BatchId batch, long number, Optional<Instant> foundAt, Standing standing)
      implements BatchReply {}

  /**
   * The batch has recorded that it is to tell of changes of its output.
   *
   * @param changed true when the batch is done and its output already differs from the one that was
   *     used
   */
  record Observed(BatchId batch, boolean changed) implements BatchReply {}

  record Reprocessing(BatchId batch) implements BatchReply {}

  record Retried(BatchId batch) implements BatchReply {}

  /** The batch has ended, perhaps earlier or in another way than by this command. */
  record Cancelled(BatchId batch) implements BatchReply {}

  record RawDataLetGo(BatchId batch) implements BatchReply {}

  /**
   * @param withdrawn true when the batch is marked as withdrawn at its source
   */
  record WithdrawalNoted(BatchId batch, boolean withdrawn) implements BatchReply {}

  record Rejected(BatchId batch, String reason) implements BatchReply {}

  record NotFound(BatchId batch) implements BatchReply {}

  /**
   * @param sequenceNumber of the batch's last event
   * @param state a {@code BatchView} as JSON
   */
  record State(BatchId batch, long sequenceNumber, JsonNode state) implements BatchReply {}
}
