package refinery.schedule;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.SurveyId;
import refinery.protocol.survey.SurveyState;

/**
 * One time that a schedule was due, and what came of it. Immutable.
 *
 * @param survey that was posted for it; empty: it was refused
 * @param ended how the survey ended, once it has
 * @param reason why the survey was refused
 * @param withdrawn how many batches of earlier surveys are marked because of it
 */
record Fire(
    Instant due,
    Instant at,
    Optional<SurveyId> survey,
    Optional<SurveyState> ended,
    Optional<String> reason,
    long withdrawn) {

  static Fire posted(SurveyId survey, Instant due, Instant at) {
    return new Fire(due, at, Optional.of(survey), Optional.empty(), Optional.empty(), 0);
  }

  Fire ended(SurveyState as) {
    return new Fire(due, at, survey, Optional.of(as), reason, withdrawn);
  }

  Fire refused(String why) {
    return new Fire(due, at, Optional.empty(), ended, Optional.of(why), withdrawn);
  }

  Fire marked(int more) {
    return new Fire(due, at, survey, ended, reason, withdrawn + more);
  }
}
