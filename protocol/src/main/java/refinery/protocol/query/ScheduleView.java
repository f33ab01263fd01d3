package refinery.protocol.query;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.schedule.ScheduleState;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;

/**
 * A schedule as the API shows it.
 *
 * @param nextAt when it comes due next; empty while it is paused or a time waits
 * @param waitingAt a time that has come and waits until the last survey has ended
 * @param lastAt the last time for which it posted a survey
 * @param actor who last made, paused, resumed or ran it
 * @param runs the last times that it was due, newest first
 */
public record ScheduleView(
    ScheduleId id,
    String name,
    String cron,
    String timezone,
    SurveyRequest survey,
    ScheduleState state,
    Optional<Instant> nextAt,
    Optional<Instant> waitingAt,
    Optional<Instant> lastAt,
    Optional<Actor> actor,
    Instant createdAt,
    List<Run> runs) {
  public ScheduleView {
    runs = List.copyOf(runs);
  }

  /**
   * One time that the schedule was due.
   *
   * @param at when that was noticed
   * @param surveyId what was posted; empty: it was refused
   * @param state of the survey once it has ended
   * @param reason why it was refused
   * @param withdrawn how many batches of earlier surveys it did not find any more, as far as they
   *     are marked
   */
  public record Run(
      Instant dueAt,
      Instant at,
      Optional<SurveyId> surveyId,
      Optional<SurveyState> state,
      Optional<String> reason,
      long withdrawn) {}
}
