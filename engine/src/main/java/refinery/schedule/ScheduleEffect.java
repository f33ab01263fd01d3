package refinery.schedule;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.schedule.ScheduleReply;
import refinery.protocol.survey.SurveyRequest;

/** What a schedule does outside itself, as values. {@link ScheduleRoutes} says where each goes. */
public sealed interface ScheduleEffect {
  record Reply(ActorRef<ScheduleReply> to, ScheduleReply reply) implements ScheduleEffect {}

  /** To the survey, until it exists. */
  record Post(SurveyId survey, SurveyRequest request, Optional<Actor> actor)
      implements ScheduleEffect {}

  /**
   * To the read model: how does this survey stand? Until it has ended.
   *
   * @param due the time that waits for the answer; a new one is asked for at once
   */
  record LookAt(ScheduleId self, SurveyId survey, Optional<Instant> due)
      implements ScheduleEffect {}
}
