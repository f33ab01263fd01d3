package refinery.scheduling;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.readmodel.NodeQueries.LiveJob;

/**
 * What only the read rows say, as they were when this scheduler began: nothing that an agent or a
 * job has said since. While this is needed the scheduler is in doubt and places nothing; it is
 * forgotten when the doubt ends.
 */
final class Rebuild {
  private final Map<JobId, LiveJob> running = new LinkedHashMap<>();
  private final Set<JobId> queued = new HashSet<>();
  private boolean over;

  boolean isOver() {
    return over;
  }

  void queued(JobId job) {
    queued.add(job);
  }

  void running(LiveJob live) {
    running.put(live.ticket().job(), live);
  }

  /** The read row that says that the job runs, unless something newer is known. */
  Optional<LiveJob> row(JobId job) {
    return Optional.ofNullable(running.get(job));
  }

  /** True when only its read row says that the job is queued. */
  boolean isQueuedByRow(JobId job) {
    return queued.contains(job);
  }

  void runningIsKnown(JobId job) {
    running.remove(job);
  }

  void queuedIsKnown(JobId job) {
    queued.remove(job);
  }

  /**
   * This attempt has ended, and an agent still has its result to report. It is no loss while that
   * agent lives.
   */
  void awaitsItsResult(JobId job, int attempt) {
    row(job).filter(row -> row.attempt() == attempt).ifPresent(row -> running.remove(job));
  }

  /** True when every job that only its row calls running is on a node that has reported. */
  boolean nothingRunsElsewhere(Predicate<NodeId> hasReported) {
    return running.values().stream()
        .allMatch(live -> live.node().map(hasReported::test).orElse(true));
  }

  /**
   * Ends the doubt.
   *
   * @param unclaimed gets each job that its row calls running but no agent holds, with its node
   */
  void end(BiConsumer<LiveJob, NodeId> unclaimed) {
    over = true;
    running.forEach((job, live) -> live.node().ifPresent(node -> unclaimed.accept(live, node)));
    running.clear();
    queued.clear();
  }
}
