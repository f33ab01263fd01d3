package refinery.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Starts and ends processes: the one place that knows how. Every process leads its own session and
 * process group, so that the group's id is the process's id. A process that has ended keeps its id
 * until {@link #reap}, so a signal in between can never reach a stranger. Thread-safe.
 */
interface ProcessLauncher {

  /**
   * @param program absolute path
   * @param arguments first the program's name
   * @param environment all of it, as {@code NAME=value}
   * @param directory existing working directory
   * @param stdout appended to, created when missing
   * @param stderr appended to, may be the same file
   * @param mark {@link InheritedMark#limit}, borne where the system allows it
   */
  record Launch(
      Path program,
      List<String> arguments,
      List<String> environment,
      Path directory,
      Path stdout,
      Path stderr,
      long mark) {}

  /**
   * @param code 0 to 255, or 128 + signal
   * @param signal that ended it, 0 for none
   * @param peakMemory resident bytes of the largest process waited for, 0 where not known
   * @param cpuSeconds of it and of all it waited for, 0 where not known
   */
  record Exit(int code, int signal, long peakMemory, double cpuSeconds) {}

  /** Returns the id of the running process. Blocks for about a millisecond. */
  long start(Launch launch, int niceness) throws IOException;

  /** Blocks until the process has ended; does not reap it. */
  void awaitEnd(long pid);

  /** Gives the ended process's id back to the system, once. */
  Exit reap(long pid);

  /** SIGKILL to all members of the group; nothing when there are none. */
  void killGroup(long group);

  void kill(long pid);

  /** The session that a process belongs to, or -1 when there is no such process. */
  long session(long pid);

  long pageSize();

  /** What it is, for the log. */
  String description();
}
