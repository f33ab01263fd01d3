package refinery.journal;

import java.time.Instant;
import refinery.protocol.Resources;
import refinery.protocol.job.Usage;
import refinery.protocol.job.WorkSize;

/**
 * What a process job that succeeded had reserved and used.
 *
 * @param seconds that its last attempt took
 * @param reused true when it took the artifacts of an earlier job instead of running
 * @param savedBytes of those artifacts
 */
public record JobUsage(
    WorkSize size,
    Resources reserved,
    Usage used,
    double seconds,
    boolean reused,
    double savedCpuSeconds,
    long savedBytes,
    Instant finishedAt) {}
