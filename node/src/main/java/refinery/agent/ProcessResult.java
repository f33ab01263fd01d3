package refinery.agent;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Failure;
import refinery.protocol.job.Usage;

/**
 * How a process (and its whole group) ended. Nothing of the group lives on.
 *
 * @param exitCode 0 to 255, or 128 + signal
 * @param killed why we killed it: out_of_memory, stalled, or stopped; empty when it ended itself
 * @param usage peak resident bytes and cpu seconds of the whole tree
 */
public record ProcessResult(
    int exitCode, Optional<Failure> killed, Usage usage, Instant startedAt, Instant finishedAt) {}
