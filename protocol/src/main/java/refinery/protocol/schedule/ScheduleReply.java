package refinery.protocol.schedule;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.Wire;

/** Replies of the schedule entity. {@link ScheduleCommand} says which answers which command. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ScheduleReply.Created.class, name = "created"),
  @JsonSubTypes.Type(value = ScheduleReply.Changed.class, name = "changed"),
  @JsonSubTypes.Type(value = ScheduleReply.Ran.class, name = "ran"),
  @JsonSubTypes.Type(value = ScheduleReply.Rejected.class, name = "rejected"),
  @JsonSubTypes.Type(value = ScheduleReply.NotFound.class, name = "not_found"),
  @JsonSubTypes.Type(value = ScheduleReply.State.class, name = "state")
})
public sealed interface ScheduleReply extends Wire {
  ScheduleId schedule();

  record Created(ScheduleId schedule, boolean existed) implements ScheduleReply {}

  record Changed(ScheduleId schedule) implements ScheduleReply {}

  record Ran(ScheduleId schedule, SurveyId survey) implements ScheduleReply {}

  record Rejected(ScheduleId schedule, String reason) implements ScheduleReply {}

  record NotFound(ScheduleId schedule) implements ScheduleReply {}

  record State(ScheduleId schedule, long sequenceNumber, JsonNode state) implements ScheduleReply {}
}
