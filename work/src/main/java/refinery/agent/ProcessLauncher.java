package refinery.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Starts and ends processes. Every process leads its own session and process group, so the group's
 * id is the process's id. A process that has ended keeps its id until {@link #reap}; a signal sent
 * before that cannot hit another process. Thread-safe.
 */
interface ProcessLauncher {

  /**
   * @param program absolute path
   * @param arguments the first is the program's name
   * @param environment all variables, as {@code NAME=value}
   * @param directory working directory, which must exist
   * @param stdout file to append to, created when missing
   * @param stderr file to append to; may be that of stdout
   * @param mark {@link InheritedMark#limit}, set where the system allows it
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
   * @param signal the one that ended it, 0 for none
   * @param peakMemory resident bytes of the largest process that was waited for; 0 if unknown
   * @param cpuSeconds of the process and all that it waited for; 0 if unknown
   */
  record Exit(int code, int signal, long peakMemory, double cpuSeconds) {}

  /**
   * Returns the id of the running process. Blocks for about a millisecond.
   *
   * @throws IOException if it cannot be started, with the system's reason
   */
  long start(Launch launch, int niceness) throws IOException;

  /** Blocks until the process has ended; does not reap it. */
  void awaitEnd(long pid);

  /** Gives the ended process's id back to the system, once. */
  Exit reap(long pid);

  /** Sends SIGKILL to all members of the group; does nothing when there are none. */
  void killGroup(long group);

  /** Sends SIGKILL to one process; does nothing when it is gone. */
  void kill(long pid);

  /** The session that a process belongs to, or -1 when there is no such process. */
  long session(long pid);

  /** Bytes of a memory page. */
  long pageSize();

  /** Its name, for the log. */
  String description();
}
