package refinery.schedule;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
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

  /**
   * To the next batches that an earlier survey found and this one did not, until they have
   * answered.
   *
   * @param known the earlier surveys
   * @param since when this survey was made
   * @param after the last batch that has answered
   */
  record MarkWithdrawn(
      ScheduleId self,
      SurveyId survey,
      Instant since,
      List<SurveyId> known,
      Optional<BatchId> after)
      implements ScheduleEffect {}
}
