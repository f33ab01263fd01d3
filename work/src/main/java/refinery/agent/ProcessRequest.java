package refinery.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process to start, as an argument vector and never a shell command.
 *
 * @param command the first word is the program, looked up on the node's PATH
 * @param environment added to the node's clean base environment (PATH, LANG, HOME, TMPDIR and NCBI
 *     settings, all below the attempt's scratch)
 * @param directory working directory, below the attempt's scratch
 * @param stdout file for stdout; empty: the log
 * @param log file to which stderr (and stdout, when not redirected) is appended
 * @param stall how long the log, files in scratch and {@link Attempt#progressed()} may show no
 *     progress; after that the process is killed as {@code STALLED}
 * @param wallTime how long it may run; after that it is killed as {@code STALLED}
 * @param within words that stand before the command, a program's path and its arguments, such as a
 *     sandbox; empty: none
 */
public record ProcessRequest(
    List<String> command,
    Map<String, String> environment,
    Path directory,
    Optional<Path> stdout,
    Path log,
    Duration stall,
    Duration wallTime,
    List<String> within) {
  public ProcessRequest {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    within = List.copyOf(within);
  }

  /** A process that runs as it is. */
  public ProcessRequest(
      List<String> command,
      Map<String, String> environment,
      Path directory,
      Optional<Path> stdout,
      Path log,
      Duration stall,
      Duration wallTime) {
    this(command, environment, directory, stdout, log, stall, wallTime, List.of());
  }

  /** The same, run by another program. */
  public ProcessRequest within(List<String> words) {
    return new ProcessRequest(command, environment, directory, stdout, log, stall, wallTime, words);
  }
}
