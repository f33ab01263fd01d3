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
 * What the read rows said when this scheduler began, and nobody has said since. While it lasts the
 * scheduler is in doubt and places nothing; forgotten when the doubt ends.
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

  /** The row by which the job runs. */
  Optional<LiveJob> row(JobId job) {
    return Optional.ofNullable(running.get(job));
  }

  /** True when only its row says that the job is queued. */
  boolean isQueuedByRow(JobId job) {
    return queued.contains(job);
  }

  void runningIsKnown(JobId job) {
    running.remove(job);
  }

  void queuedIsKnown(JobId job) {
    queued.remove(job);
  }

  /** Such a job runs nowhere, and is not lost as long as the agent that tells it lives. */
  void awaitsItsResult(JobId job, int attempt) {
    row(job).filter(row -> row.attempt() == attempt).ifPresent(row -> running.remove(job));
  }

  /** True when every job that was running is accounted for by nodes that have reported. */
  boolean nothingRunsElsewhere(Predicate<NodeId> hasReported) {
    return running.values().stream()
        .allMatch(live -> live.node().map(hasReported::test).orElse(true));
  }

  /**
   * @param unclaimed takes each job that was running and the node that should have said so
   */
  void end(BiConsumer<LiveJob, NodeId> unclaimed) {
    over = true;
    running.forEach((job, live) -> live.node().ifPresent(node -> unclaimed.accept(live, node)));
    running.clear();
    queued.clear();
  }
}
