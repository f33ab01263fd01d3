package refinery.scheduling;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.job.LossCause;

/**
 * The jobs that are being told that their attempt is lost, until they answer or announce
 * themselves. Also the last {@value #REMEMBERED} assignments that were given up, so that they are
 * recognised when their agent comes back. Not thread-safe.
 */
final class Losses {
  private static final Duration REPEAT = Duration.ofSeconds(3);

  /** How often a job is told; one that never answers does not exist. */
  private static final int TIMES = 200;

  private static final int REMEMBERED = 100_000;

  private final Outbox outbox;
  private final Map<JobId, Loss> open = new LinkedHashMap<>();
  private final Map<Assigned.Key, Boolean> given =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Assigned.Key, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  private long total;

  private record Loss(
      int attempt, NodeId node, String reason, LossCause cause, Instant toldAt, int times) {}

  Losses(Outbox outbox) {
    this.outbox = outbox;
  }

  void add(JobId job, int attempt, NodeId node, String reason, LossCause cause, Instant now) {
    total++;
    open.put(job, new Loss(attempt, node, reason, cause, now, 1));
    outbox.lose(job, attempt, node, reason, cause);
  }

  void settled(JobId job) {
    open.remove(job);
  }

  void lost(Assigned.Key key) {
    given.put(key, true);
  }

  boolean wasLost(Assigned.Key key) {
    return given.containsKey(key);
  }

  void repeat(Instant now) {
    open.values().removeIf(loss -> loss.times() > TIMES);
    open.replaceAll(
        (job, loss) -> {
          if (loss.toldAt().plus(REPEAT).isAfter(now)) {
            return loss;
          }
          outbox.lose(job, loss.attempt(), loss.node(), loss.reason(), loss.cause());
          return new Loss(
              loss.attempt(), loss.node(), loss.reason(), loss.cause(), now, loss.times() + 1);
        });
  }

  int openCount() {
    return open.size();
  }

  long total() {
    return total;
  }

  boolean isOpen(JobId job) {
    return open.containsKey(job);
  }
}
