package refinery.protocol.schedule;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.survey.SurveyState;

/**
 * Events of the schedule entity. Stored for ever: fields and types may be added, never changed or
 * removed. {@code actor} is the person who caused the event; empty when the system did. {@code
 * next} is the time at which the schedule comes due next; empty: never again.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ScheduleEvent.Created.class, name = "created"),
  @JsonSubTypes.Type(value = ScheduleEvent.Paused.class, name = "paused"),
  @JsonSubTypes.Type(value = ScheduleEvent.Resumed.class, name = "resumed"),
  @JsonSubTypes.Type(value = ScheduleEvent.Deleted.class, name = "deleted"),
  @JsonSubTypes.Type(value = ScheduleEvent.CameDue.class, name = "came_due"),
  @JsonSubTypes.Type(value = ScheduleEvent.Fired.class, name = "fired"),
  @JsonSubTypes.Type(value = ScheduleEvent.SurveyPosted.class, name = "survey_posted"),
  @JsonSubTypes.Type(value = ScheduleEvent.SurveyRefused.class, name = "survey_refused"),
  @JsonSubTypes.Type(value = ScheduleEvent.SurveyEnded.class, name = "survey_ended"),
  @JsonSubTypes.Type(value = ScheduleEvent.WithdrawnMarked.class, name = "withdrawn_marked")
})
public sealed interface ScheduleEvent {
  Instant at();

  /** Also of a name that was deleted before: a new schedule. */
  record Created(ScheduleRequest request, Optional<Instant> next, Optional<Actor> actor, Instant at)
      implements ScheduleEvent {}

  record Paused(Optional<Actor> actor, Instant at) implements ScheduleEvent {}

  record Resumed(Optional<Instant> next, Optional<Actor> actor, Instant at)
      implements ScheduleEvent {}

  record Deleted(Optional<Actor> actor, Instant at) implements ScheduleEvent {}

  /** The time has come, but the last survey has not ended: the time waits for that. */
  record CameDue(Instant due, Instant at) implements ScheduleEvent {}

  /**
   * This survey is to be posted.
   *
   * @param due the time for which it is posted
   */
  record Fired(
      SurveyId survey, Instant due, Optional<Instant> next, Optional<Actor> actor, Instant at)
      implements ScheduleEvent {}

  record SurveyPosted(SurveyId survey, Instant at) implements ScheduleEvent {}

  record SurveyRefused(SurveyId survey, String reason, Instant at) implements ScheduleEvent {}

  /**
   * @param since when the survey was made
   * @param batches that it has found
   */
  record SurveyEnded(SurveyId survey, SurveyState state, Instant since, long batches, Instant at)
      implements ScheduleEvent {}

  /**
   * Of what this survey does not list any more, this part is marked.
   *
   * @param last the last batch of this part; empty: there are no more
   */
  record WithdrawnMarked(SurveyId survey, Optional<BatchId> last, int marked, Instant at)
      implements ScheduleEvent {}
}
