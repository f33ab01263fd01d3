package refinery.survey;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.protocol.survey.PlanAnswer;
import refinery.protocol.survey.Question;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyReply;

/** Decides on the plan of a survey: when it is asked, and what its answer means. Pure. */
final class SurveyPlans {
  private SurveyPlans() {}

  /** True if the search has ended well: a plan of a part only is not asked. */
  static boolean hasFoundAll(Survey survey) {
    return survey.job().phase() == SurveyJob.Phase.SUCCEEDED;
  }

  /** The event that completes the plan, and the question; with its answer if that was given. */
  static List<SurveyEvent> asked(SurveyEvent event, Survey planned, Instant now) {
    Question question = PlanAnswer.question(planned.claims().planned(), now);
    List<SurveyEvent> events =
        new ArrayList<>(List.of(event, new SurveyEvent.InputAsked(question, now)));
    JsonNode given = planned.request().answers().get(question.id());
    if (given != null) {
      events.addAll(
          answered(planned.evolve(events.getLast()), given, planned.course().actor(), now));
    }
    return events;
  }

  static Decision<SurveyEvent, SurveyEffect> answer(
      Survey survey, SurveyCommand.Answer answer, Instant now) {
    Optional<String> refusal =
        survey.course().question().isEmpty()
            ? Optional.of("it is " + survey.state().word() + " and asks for no input")
            : PlanAnswer.problems(answer.input()).stream()
                .map(problem -> problem.pointer() + " " + problem.message())
                .findFirst();
    SurveyReply reply =
        refusal
            .<SurveyReply>map(why -> new SurveyReply.Rejected(survey.id(), why))
            .orElseGet(() -> new SurveyReply.Answered(survey.id()));
    return Decision.<SurveyEvent, SurveyEffect>persist(
            refusal.isPresent() ? List.of() : answered(survey, answer.input(), answer.actor(), now))
        .and(new SurveyEffect.Reply(answer.replyTo(), reply));
  }

  private static List<SurveyEvent> answered(
      Survey survey, JsonNode input, Optional<refinery.protocol.Actor> actor, Instant now) {
    String question = survey.course().question().map(Question::id).orElse("");
    return SurveyLogic.andItsEnd(
        survey, new SurveyEvent.Answered(question, input, actor, now), now);
  }
}
