package refinery.protocol.query;

import java.util.OptionalDouble;

/**
 * What a survey plans to do, in sums over its batches, and what the same work has cost so far.
 *
 * @param take batches that would be processed, or are
 * @param skip batches that its source or its selection says not to process
 * @param bytes of the files of those to take, as far as the archive states them
 * @param filesOfUnknownSize of those to take
 * @param cpuHours that they would take, by the mean of earlier batches of this pipeline; empty
 *     before there are any
 * @param basis on how many earlier batches that rests
 * @param cpuHoursSoFar what their jobs have taken by now
 */
public record SurveyPlan(
    long take,
    long skip,
    long bytes,
    long filesOfUnknownSize,
    OptionalDouble cpuHours,
    long basis,
    double cpuHoursSoFar) {}
