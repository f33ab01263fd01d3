package refinery.protocol.batch;

import refinery.protocol.SurveyId;

/**
 * What a survey wants of a batch. The batch keeps each survey's claim with the highest number and
 * answers an older one with the one it keeps, so that late and doubled messages change nothing.
 *
 * @param number raised by the survey with every change of its mind
 * @param wanted false: the survey lets the batch go, and it is cancelled when no other wants it
 * @param retry take it up again if it failed
 * @param priority 0 to 100; the batch has the highest of those that want it
 * @param reason why it is let go, else empty
 */
public record Claim(
    SurveyId survey, long number, boolean wanted, boolean retry, int priority, String reason) {}
