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
 */
record Fire(
    Instant due,
    Instant at,
    Optional<SurveyId> survey,
    Optional<SurveyState> ended,
    Optional<String> reason) {

  static Fire posted(SurveyId survey, Instant due, Instant at) {
    return new Fire(due, at, Optional.of(survey), Optional.empty(), Optional.empty());
  }

  Fire ended(SurveyState as) {
    return new Fire(due, at, survey, Optional.of(as), reason);
  }

  Fire refused(String why) {
    return new Fire(due, at, Optional.empty(), ended, Optional.of(why));
  }
}
