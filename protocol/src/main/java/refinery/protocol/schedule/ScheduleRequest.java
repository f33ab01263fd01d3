package refinery.protocol.schedule;

import refinery.protocol.survey.SurveyRequest;

/**
 * A survey that is to be posted again and again, already checked.
 *
 * @param cron five fields: minute, hour, day of month, month, day of week
 * @param timezone whose clock the expression means, e.g. {@code Europe/London}
 * @param marksWithdrawn true: what an earlier survey found and a later one does not is marked as
 *     withdrawn at its source; of sources that list runs
 */
public record ScheduleRequest(
    String cron, String timezone, SurveyRequest survey, boolean marksWithdrawn) {}
