package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import refinery.protocol.BatchId;
import refinery.protocol.Wire;

/**
 * Replies of the batch entity. Each says what it answers: {@link BatchCommand} names its replies.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = BatchReply.Claimed.class, name = "claimed"),
  @JsonSubTypes.Type(value = BatchReply.Reprocessing.class, name = "reprocessing"),
  @JsonSubTypes.Type(value = BatchReply.Retried.class, name = "retried"),
  @JsonSubTypes.Type(value = BatchReply.RawDataLetGo.class, name = "raw_data_let_go"),
  @JsonSubTypes.Type(value = BatchReply.Rejected.class, name = "rejected"),
  @JsonSubTypes.Type(value = BatchReply.NotFound.class, name = "not_found"),
  @JsonSubTypes.Type(value = BatchReply.State.class, name = "state")
})
public sealed interface BatchReply extends Wire {
  BatchId batch();

  /**
   * The survey's claim as the batch keeps it, and how the batch stands.
   *
   * @param number of the claim that is kept
   * @param standing revision and state, as in {@code SurveyCommand.BatchUpdate}
   */
  record Claimed(BatchId batch, long number, Standing standing) implements BatchReply {}

  record Reprocessing(BatchId batch) implements BatchReply {}

  record Retried(BatchId batch) implements BatchReply {}

  record RawDataLetGo(BatchId batch) implements BatchReply {}

  record Rejected(BatchId batch, String reason) implements BatchReply {}

  record NotFound(BatchId batch) implements BatchReply {}

  record State(BatchId batch, long sequenceNumber, JsonNode state) implements BatchReply {}
}
