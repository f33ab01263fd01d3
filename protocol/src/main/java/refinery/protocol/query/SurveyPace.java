package refinery.protocol.query;

import java.time.Duration;

/**
 * How fast process jobs of a survey end, measured over the last of them.
 *
 * @param jobs how many ended in this time, without the one that ended as it began
 * @param time from the end of the first of them until now, so that a survey that stands still
 *     becomes slower
 */
public record SurveyPace(long jobs, Duration time) {}
