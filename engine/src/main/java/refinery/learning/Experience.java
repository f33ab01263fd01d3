package refinery.learning;

import refinery.protocol.Resources;
import refinery.protocol.job.WorkSize;

/**
 * What the newest jobs of one pipeline and size used.
 *
 * @param runs how many these are
 * @param memory the quantile of their peaks, in bytes
 * @param scratch the quantile of the most bytes in their scratch directories
 * @param seconds the quantile of their times
 * @param held the most memory and disk that one of them had reserved, which a node could hold
 */
public record Experience(
    String pipeline,
    WorkSize size,
    int runs,
    long memory,
    long scratch,
    double seconds,
    Resources held) {}
