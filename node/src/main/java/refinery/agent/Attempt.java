package refinery.agent;

import java.io.IOException;
import java.nio.file.Path;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;

/** One attempt at a job on this node, as its runner sees it. Thread-safe. */
public interface Attempt {
  JobSpec spec();

  /** From 1; the fencing token. */
  int number();

  /** What is reserved for it here: threads = cpu / 1000, at least 1. */
  Resources reserved();

  /** This attempt's own directory under the node's data directory; swept when it ends. */
  Path scratch();

  /** The combined, readable log of the attempt's steps, which {@code /jobs/{id}/log} follows. */
  Path log();

  /**
   * Bytes that it may still write to its scratch directory: what is reserved less what lies there
   * now. Looks at every file; 0 or more.
   */
  long diskLeft() throws IOException;

  /** Progress was made (bytes, reads, log lines): resets the stall clock. Cheap, any thread. */
  void progressed();

  /** Whether the attempt was told to stop, and why; runners check it between units of work. */
  boolean isStopped();

  /** Run at once when the attempt is told to stop (at once if it was). Closes sockets and such. */
  void onStop(Runnable action);

  /** Starts a process in its own session under this attempt's limits, and waits for its end. */
  ProcessResult execute(ProcessRequest request) throws InterruptedException;
}
