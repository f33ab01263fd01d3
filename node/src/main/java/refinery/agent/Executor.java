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

/**
 * Where a node's attempts run. The agent knows no more of processes, containers or batch systems
 * than this; {@link LocalExecutor} starts processes on this machine. One is made for each life of
 * the agent. Thread-safe, and no method blocks.
 */
public interface Executor {
  /** How it starts what it runs, for people. */
  String description();

  /**
   * Ends all that an earlier life of this node left, in whatever process that was; called once,
   * first. Answers with the attempts that the earlier life ended with.
   */
  CompletionStage<List<Unfinished>> endPreviousLife();

  /** What the node has to offer now. Asked with every heartbeat. */
  CompletionStage<Capacity> capacity();

  /** The versions of the tools that attempts can use; a tool that is not there is left out. */
  CompletionStage<Map<String, String>> toolVersions();

  /**
   * Begins an attempt.
   *
   * @param attempt the number under which the job granted it
   * @param ended told once, on any thread, when nothing of the attempt is left
   */
  Execution run(JobSpec spec, int attempt, Resources reserved, Consumer<Outcome> ended);

  /** Stops all that runs and takes nothing more; {@link #endPreviousLife} of the next cleans up. */
  void close();

  /** After {@link #close}: completes when nothing runs any more, and sees to it. */
  CompletionStage<Void> whenOver();

  /** An attempt that was begun. */
  interface Execution {
    /** Ends it; its outcome will be this failure unless it has succeeded meanwhile. */
    void stop(Failure why);

    /** Bytes of its log from an offset; none when there is no log. */
    CompletionStage<byte[]> readLog(long offset, int limit);

    Vitals vitals();
  }

  /**
   * An attempt at a moment, for people.
   *
   * @param processes their ids
   * @param memory resident bytes
   * @param scratch bytes in its files
   * @param stopped why it was told to stop; empty when it was not
   */
  record Vitals(List<Long> processes, long memory, long scratch, String stopped) {
    public Vitals {
      processes = List.copyOf(processes);
    }
  }

  /**
   * An attempt that had not ended when its node did.
   *
   * @param ran from its begin to the last sign of life of the node
   */
  record Unfinished(JobId job, int attempt, Duration ran) {}
}
