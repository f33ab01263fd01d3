package refinery.protocol.scheduling;

import refinery.protocol.JobId;

/**
 * What a running attempt uses now, beside what is reserved for it.
 *
 * @param epoch with {@code assignment} names the scheduler's assignment that it runs under
 * @param memory resident bytes of its processes
 * @param disk bytes of its scratch files
 */
public record AttemptFigures(JobId job, long epoch, long assignment, long memory, long disk) {}
