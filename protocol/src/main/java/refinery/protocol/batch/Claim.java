package refinery.protocol.batch;

import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.SurveyId;

/**
 * What a survey wants of a batch. The batch keeps the claim with the highest number of each survey
 * and answers an older one with the one it keeps, so late and repeated messages change nothing.
 *
 * @param number raised by the survey whenever it wants something else
 * @param wanted false: the survey lets the batch go, which is then cancelled unless another survey
 *     wants it
 * @param retry true: a failed batch is taken up again
 * @param priority 0 to 100; the batch has the highest priority of the surveys that want it
 * @param reason why the batch is let go; empty while it is wanted
 * @param actor the person who caused this claim; empty when the system did
 * @param held true: the survey plans with the batch and will say later whether it wants it; until
 *     then nothing begins for its sake. Only of a claim that does not want it yet
 * @param fresh true: nothing that was refined before is reused for its sake; a batch that is done
 *     is refined again by the survey's first claim that wants it
 */
public record Claim(
    SurveyId survey,
    long number,
    boolean wanted,
    boolean retry,
    int priority,
    String reason,
    Optional<Actor> actor,
    boolean held,
    boolean fresh) {
  /** A claim that takes what was refined before. */
  public Claim(
      SurveyId survey,
      long number,
      boolean wanted,
      boolean retry,
      int priority,
      String reason,
      Optional<Actor> actor,
      boolean held) {
    this(survey, number, wanted, retry, priority, reason, actor, held, false);
  }

  /** A claim that is not held. */
  public Claim(
      SurveyId survey,
      long number,
      boolean wanted,
      boolean retry,
      int priority,
      String reason,
      Optional<Actor> actor) {
    this(survey, number, wanted, retry, priority, reason, actor, false);
  }
}
