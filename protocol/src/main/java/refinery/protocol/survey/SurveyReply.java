package refinery.protocol.survey;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import refinery.protocol.SurveyId;
import refinery.protocol.Wire;

/** Replies of the survey entity. {@link SurveyCommand} says which reply answers which command. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = SurveyReply.Created.class, name = "created"),
  @JsonSubTypes.Type(value = SurveyReply.Recorded.class, name = "recorded"),
  @JsonSubTypes.Type(value = SurveyReply.Cancelled.class, name = "cancelled"),
  @JsonSubTypes.Type(value = SurveyReply.Retried.class, name = "retried"),
  @JsonSubTypes.Type(value = SurveyReply.PrioritySet.class, name = "priority_set"),
  @JsonSubTypes.Type(value = SurveyReply.Answered.class, name = "answered"),
  @JsonSubTypes.Type(value = SurveyReply.Rejected.class, name = "rejected"),
  @JsonSubTypes.Type(value = SurveyReply.NotFound.class, name = "not_found"),
  @JsonSubTypes.Type(value = SurveyReply.State.class, name = "state")
})
public sealed interface SurveyReply extends Wire {
  SurveyId survey();

  record Created(SurveyId survey, boolean existed) implements SurveyReply {}

  record Recorded(SurveyId survey, int batches) implements SurveyReply {}

  record Cancelled(SurveyId survey) implements SurveyReply {}

  record Retried(SurveyId survey) implements SurveyReply {}

  record PrioritySet(SurveyId survey) implements SurveyReply {}

  record Answered(SurveyId survey) implements SurveyReply {}

  record Rejected(SurveyId survey, String reason) implements SurveyReply {}

  record NotFound(SurveyId survey) implements SurveyReply {}

  record State(SurveyId survey, long sequenceNumber, JsonNode state) implements SurveyReply {}
}
