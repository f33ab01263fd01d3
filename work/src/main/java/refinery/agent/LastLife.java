package refinery.agent;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import refinery.protocol.JobId;
import refinery.protocol.job.LossCause;

/**
 * The attempts that were running when this node's last life ended. Their jobs are told before the
 * node asks for work. The scheduler would tell them as well, but does not know how long the
 * attempts had run. Used by the agent's thread only.
 */
final class LastLife {
  /**
   * After this time the node takes work even if some jobs have not answered; the scheduler tells
   * those. Longer than the entities of a whole cluster need to answer after all its nodes were
   * killed.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * An attempt that ran for less is suspected of having ended the node as it began. About a
   * heartbeat, since running times are known to a heartbeat only.
   */
  static final Duration START = Duration.ofMillis(1_500);

  private final Map<JobId, Executor.Unfinished> untold = new LinkedHashMap<>();
  private final long until;

  LastLife(List<Executor.Unfinished> unfinished, long nowNanos) {
    unfinished.forEach(one -> untold.put(one.job(), one));
    until = nowNanos + PATIENCE.toNanos();
  }

  List<Executor.Unfinished> untold() {
    return List.copyOf(untold.values());
  }

  void told(JobId job) {
    untold.remove(job);
  }

  boolean isOver(long nowNanos) {
    return untold.isEmpty() || nowNanos - until > 0;
  }

  static LossCause cause(Executor.Unfinished unfinished) {
    return unfinished.ran().compareTo(START) < 0
        ? LossCause.NODE_ENDED_AT_START
        : LossCause.NODE_ENDED;
  }
}
