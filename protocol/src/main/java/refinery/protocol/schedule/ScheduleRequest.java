package refinery.protocol.schedule;

import refinery.protocol.survey.SurveyRequest;

/**
 * A survey that is to be posted again and again, already checked.
 *
 * @param cron five fields: minute, hour, day of month, month, day of week
 * @param timezone whose clock the expression means, e.g. {@code Europe/London}
 */
public record ScheduleRequest(String cron, String timezone, SurveyRequest survey) {}
