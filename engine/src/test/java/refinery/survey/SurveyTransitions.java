package refinery.survey;

import refinery.entity.Transitions;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyEvent;

/** All that a survey's commands can bring about. */
public final class SurveyTransitions {
  private static final Transitions.Table TABLE =
      Transitions.table(
          """
          absent | Create | Created | running

          running done done_with_failures failed cancelled | JobAccepted      | JobAccepted         | =
          running cancelled                                | JobPriorityKnown | JobPriorityKnown    | =
          running                                          | Record           | BatchesFound          | =
          done done_with_failures failed                   | Record           | BatchesFound Reopened | running
          running done done_with_failures failed cancelled | JobUpdate        | JobUpdated          | =
          failed                                           | JobUpdate        | JobUpdated          | running
          running failed                                   | JobUpdate        | JobUpdated Finished | done done_with_failures failed

          running cancelled                      | BatchClaimed | BatchClaimed          | =
          done done_with_failures failed         | BatchClaimed | BatchClaimed          | = running
          done done_with_failures failed         | BatchClaimed | BatchClaimed Reopened | running
          running done done_with_failures failed | BatchClaimed | BatchClaimed Finished | done done_with_failures failed
          running cancelled                      | BatchUpdate  | BatchUpdated          | =
          done done_with_failures failed         | BatchUpdate  | BatchUpdated          | = running
          done done_with_failures failed         | BatchUpdate  | BatchUpdated Reopened | running
          running done done_with_failures        | BatchUpdate  | BatchUpdated Finished | done done_with_failures failed

          running awaiting_input                           | Cancel      | Cancelled        | cancelled
          running done_with_failures failed cancelled      | Retry       | Retried          | running
          cancelled                                        | Retry       | Retried Finished | done
          running done done_with_failures failed cancelled awaiting_input | SetPriority | PriorityChanged  | =

          running failed         | JobUpdate              | JobUpdated InputAsked            | awaiting_input
          running                | BatchClaimed           | BatchClaimed InputAsked          | awaiting_input
          awaiting_input         | BatchClaimed           | BatchClaimed                     | =
          awaiting_input         | BatchUpdate            | BatchUpdated                     | =
          awaiting_input         | JobAccepted            | JobAccepted                      | =
          awaiting_input         | JobUpdate              | JobUpdated                       | =
          awaiting_input         | Record                 | BatchesFound                     | =
          awaiting_input         | Retry                  | Retried                          | running
          awaiting_input         | Answer                 | Answered                         | running
          awaiting_input         | Answer                 | Answered Finished                | done
          running failed         | JobUpdate              | JobUpdated InputAsked Answered   | running
          running                | BatchClaimed           | BatchClaimed InputAsked Answered | running
          running failed         | JobUpdate              | JobUpdated InputAsked Answered Finished   | done
          running                | BatchClaimed           | BatchClaimed InputAsked Answered Finished | done
          cancelled | Retry | Retried InputAsked | awaiting_input
          """);

  private SurveyTransitions() {}

  public static Transitions<SurveyCommand, SurveyEvent, SurveyLogic.Slot> ofSurveys() {
    return new Transitions<>(
        TABLE, slot -> slot.survey().map(each -> each.state().word()).orElse("absent"));
  }
}
