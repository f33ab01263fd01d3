package refinery.protocol.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.batch.Artifact;

/**
 * What one step of an attempt did, for provenance.
 *
 * @param command argument vector, empty for built-in steps
 * @param tool name and version, e.g. {@code salmon 1.10.1}
 * @param exitCode of the process; 0 for a built-in step that succeeded
 * @param peakMemory bytes, resident
 * @param log the step's stdout and stderr as an artifact, where it wrote any
 * @param checks what was verified after the step, in words
 */
public record StepRecord(
    String name,
    List<String> command,
    String tool,
    int exitCode,
    Instant startedAt,
    Instant finishedAt,
    long peakMemory,
    double cpuSeconds,
    Optional<Artifact> log,
    List<String> checks) {
  public StepRecord {
    command = List.copyOf(command);
    checks = List.copyOf(checks);
  }
}
