package refinery.agent;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import refinery.protocol.Failure;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.HostFigures;

/**
 * Runs a node's attempts. All that the agent knows of processes, containers or batch systems is
 * this interface; {@link LocalExecutor} starts processes on this machine. Each life of the agent
 * has an executor of its own. Thread-safe, and no method blocks.
 */
public interface Executor {
  /** The way it starts processes, for people. */
  String description();

  /** What people see of those who do the work, by name; written as JSON. */
  default Map<String, Object> state() {
    return Map.of();
  }

  /** What the transfers of those who do the work count of each host. */
  default List<HostFigures> hosts() {
    return List.of();
  }

  /**
   * Ends everything that an earlier life of this node left behind, also that of another JVM. Called
   * once, before anything else. Returns the attempts that were running when the earlier life ended.
   */
  CompletionStage<List<Unfinished>> endPreviousLife();

  /** What the node has to offer now. Called at every heartbeat. */
  CompletionStage<Capacity> capacity();

  /** Versions of the tools that attempts can use, by tool. A missing tool is left out. */
  CompletionStage<Map<String, String>> toolVersions();

  /**
   * Begins an attempt.
   *
   * @param attempt the number under which the job granted it
   * @param ended called once, on any thread, when no process or file of the attempt is left
   */
  Execution run(JobSpec spec, int attempt, Resources reserved, Consumer<Outcome> ended);

  /**
   * Stops everything that runs and takes nothing more. Files that remain are removed by {@link
   * #endPreviousLife} of the next executor.
   */
  void close();

  /** Called after {@link #close}: stops what still runs, and completes when nothing does. */
  CompletionStage<Void> whenOver();

  /** An attempt that was begun. */
  interface Execution {
    /** Ends it; its outcome will be this failure unless it has succeeded meanwhile. */
    void stop(Failure why);

    /**
     * Reads at most {@code limit} bytes of its log from an offset; no bytes when there is no log.
     */
    CompletionStage<byte[]> readLog(long offset, int limit);

    /** Its state now, for people. */
    Vitals vitals();
  }

  /**
   * An attempt at one moment, for people.
   *
   * @param processes process ids
   * @param memory resident bytes of all its processes
   * @param scratch bytes of all its files
   * @param stopped why it was told to stop; an empty text when it was not
   */
  record Vitals(List<Long> processes, long memory, long scratch, String stopped) {
    public Vitals {
      processes = List.copyOf(processes);
    }
  }

  /**
   * An attempt that was still running when its node ended.
   *
   * @param ran from its begin to the node's last entry in the logbook
   */
  record Unfinished(JobId job, int attempt, Duration ran) {}
}
