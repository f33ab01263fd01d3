package refinery.schedule;

import refinery.entity.Transitions;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.schedule.ScheduleEvent;

/**
 * All that a schedule's commands can bring about; "busy": its last survey has not ended, or marks
 * are made.
 */
final class ScheduleTransitions {
  private static final Transitions.Table TABLE =
      Transitions.table(
          """
          absent deleted                  | Create       | Created             | active
          active                          | Pause        | Paused              | paused
          active_busy active_waiting      | Pause        | Paused              | paused_busy
          paused                          | Resume       | Resumed             | active
          paused_busy                     | Resume       | Resumed             | active_busy
          active active_busy active_waiting paused paused_busy | Delete | Deleted | deleted
          active                          | Run          | Fired               | active_busy
          paused                          | Run          | Fired               | paused_busy
          active                          | Wake         | Fired               | active_busy
          active_busy                     | Wake         | CameDue             | active_waiting
          active_busy active_waiting paused_busy | SurveyPosted | SurveyPosted   | =
          active_busy                     | SurveyPosted | SurveyRefused       | active
          paused_busy                     | SurveyPosted | SurveyRefused       | paused
          active_waiting                  | SurveyPosted | SurveyRefused Fired | active_busy
          active_busy                     | SurveyStands | SurveyEnded         | active =
          paused_busy                     | SurveyStands | SurveyEnded         | paused =
          active_waiting                  | SurveyStands | SurveyEnded         | =
          active_waiting                  | SurveyStands | SurveyEnded Fired   | active_busy
          active_busy                     | WithdrawnMarked | WithdrawnMarked       | active =
          paused_busy                     | WithdrawnMarked | WithdrawnMarked       | paused =
          active_waiting                  | WithdrawnMarked | WithdrawnMarked       | =
          active_waiting                  | WithdrawnMarked | WithdrawnMarked Fired | active_busy
          """);

  private ScheduleTransitions() {}

  static Transitions<ScheduleCommand, ScheduleEvent, ScheduleLogic.Slot> ofSchedules() {
    return new Transitions<>(
        TABLE, slot -> slot.schedule().map(ScheduleTransitions::word).orElse("absent"));
  }

  private static String word(Schedule schedule) {
    String state = schedule.state().word();
    return schedule.due().isPresent()
        ? state + "_waiting"
        : schedule.isIdle() ? state : state + "_busy";
  }
}
