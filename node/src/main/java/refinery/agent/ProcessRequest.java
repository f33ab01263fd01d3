package refinery.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process to start: an argument vector, never a shell string.
 *
 * @param command first the program, looked up on the node's PATH
 * @param environment added to the node's clean base environment (PATH, LANG, HOME, TMPDIR and NCBI
 *     settings, all below the attempt's scratch)
 * @param directory working directory, below the attempt's scratch
 * @param stdout file to which stdout goes; empty: into the log
 * @param log file to which stderr (and stdout, when not redirected) is appended
 * @param stall no growth of the log, of files below the working directory, and no {@link
 *     Attempt#progressed()} for so long: killed, outcome {@code STALLED}
 * @param wallTime limit; beyond it killed, outcome {@code STALLED} with that message
 */
public record ProcessRequest(
    List<String> command,
    Map<String, String> environment,
    Path directory,
    Optional<Path> stdout,
    Path log,
    Duration stall,
    Duration wallTime) {
  public ProcessRequest {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }
}
