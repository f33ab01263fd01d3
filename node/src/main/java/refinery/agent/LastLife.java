package refinery.agent;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import refinery.protocol.JobId;
import refinery.protocol.job.LossCause;

/**
 * The attempts with which this node's last life ended. Their jobs are told before the node reports
 * for work: the scheduler would tell them too, and does not know how long they had run. Confined to
 * the agent.
 */
final class LastLife {
  /**
   * After so long the node takes work all the same; the scheduler tells who has not heard. Longer
   * than a cluster that was killed whole takes until its entities answer.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** About a heartbeat: a job that ends its node does so as it starts. */
  private static final Duration START = Duration.ofMillis(1_500);

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
