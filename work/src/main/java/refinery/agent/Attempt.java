package refinery.agent;

import java.io.IOException;
import java.nio.file.Path;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;

/** One attempt at a job on this node, as its runner sees it. Thread-safe. */
public interface Attempt {
  /** The job that is tried. */
  JobSpec spec();

  /** Counts from 1; the job ignores reports of any attempt but its newest. */
  int number();

  /** What is reserved for it on this node. It may use cpu / 1000 threads, but at least 1. */
  Resources reserved();

  /** This attempt's own directory, made on the first call and removed when the attempt ends. */
  Path scratch();

  /** The combined, readable log of the attempt's steps, which {@code /jobs/{id}/log} follows. */
  Path log();

  /**
   * Bytes that the attempt may still write to its scratch directory: its limit less what lies there
   * now, never below 0. Reads the size of every file there.
   */
  long diskLeft() throws IOException;

  /**
   * Says that progress was made (bytes, reads, log lines), which restarts the stall clock. Cheap;
   * may be called on any thread.
   */
  void progressed();

  /** True once the attempt was told to stop; runners check it between units of work. */
  boolean isStopped();

  /**
   * Registers an action, such as closing a socket, that runs when the attempt is told to stop; runs
   * it at once if that has happened.
   */
  void onStop(Runnable action);

  /**
   * Starts a process in its own session under this attempt's limits, and blocks until it has ended.
   * An interrupt kills the process.
   */
  ProcessResult execute(ProcessRequest request) throws InterruptedException;
}
