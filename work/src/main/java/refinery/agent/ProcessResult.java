package refinery.agent;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Failure;
import refinery.protocol.job.Usage;

/**
 * How a process and its whole group ended. No process of the group is left.
 *
 * @param exitCode 0 to 255, or 128 + signal; 127 if it could not be started
 * @param killed why it did not start, why it was killed, or that it ran out of memory or disk;
 *     empty when it ended by itself
 * @param usage peak resident bytes and CPU seconds of the whole tree
 */
public record ProcessResult(
    int exitCode, Optional<Failure> killed, Usage usage, Instant startedAt, Instant finishedAt) {

  /** The same of a process whose work is done by others: what they used is not known. */
  public ProcessResult withoutMemory() {
    return new ProcessResult(
        exitCode, killed, new Usage(0, usage.cpuSeconds()), startedAt, finishedAt);
  }
}
