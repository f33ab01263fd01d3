package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import refinery.protocol.BatchId;
import refinery.protocol.Wire;

/** Replies of the batch entity. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = BatchReply.Registered.class, name = "registered"),
  @JsonSubTypes.Type(value = BatchReply.Done.class, name = "done"),
  @JsonSubTypes.Type(value = BatchReply.Rejected.class, name = "rejected"),
  @JsonSubTypes.Type(value = BatchReply.NotFound.class, name = "not_found"),
  @JsonSubTypes.Type(value = BatchReply.State.class, name = "state")
})
public sealed interface BatchReply extends Wire {
  BatchId batch();

  /** The batch knows this survey; its state follows by {@code SurveyCommand.BatchUpdate}. */
  record Registered(BatchId batch) implements BatchReply {}

  record Done(BatchId batch) implements BatchReply {}

  record Rejected(BatchId batch, String reason) implements BatchReply {}

  record NotFound(BatchId batch) implements BatchReply {}

  record State(BatchId batch, long sequenceNumber, JsonNode state) implements BatchReply {}
}
