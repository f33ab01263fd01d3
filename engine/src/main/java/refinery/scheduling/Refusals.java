package refinery.scheduling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import refinery.protocol.JobId;
import refinery.protocol.scheduling.JobTicket;

/**
 * Jobs that an agent handed back before they started, because its node is draining or the job
 * refused the start. Each waits for a while before it is queued again, twice as long each time.
 * After {@value #ATTEMPTS} refusals it is dropped, and the job entity is asked to announce itself
 * if it is still queued. Not thread-safe.
 */
final class Refusals {
  private static final int ATTEMPTS = 8;
  private static final Duration FIRST = Duration.ofMillis(500);

  private final Map<JobId, Refused> held = new HashMap<>();
  private final Map<JobId, Integer> counts = new HashMap<>();

  private record Refused(JobTicket ticket, Instant until) {}

  /** Holds a refused job back. False when it was refused too often and is dropped. */
  boolean hold(JobTicket ticket, Instant now) {
    int count = counts.merge(ticket.job(), 1, Integer::sum);
    if (count > ATTEMPTS) {
      forget(ticket.job());
      return false;
    }
    held.put(ticket.job(), new Refused(ticket, now.plus(FIRST.multipliedBy(1L << (count - 1)))));
    return true;
  }

  boolean holdsSame(JobTicket ticket) {
    Refused refused = held.get(ticket.job());
    return refused != null
        && refused.ticket().queuedAt().toEpochMilli() == ticket.queuedAt().toEpochMilli();
  }

  void forget(JobId job) {
    held.remove(job);
    counts.remove(job);
  }

  List<JobTicket> due(Instant now) {
    List<JobTicket> due = new ArrayList<>();
    held.values().removeIf(refused -> !refused.until().isAfter(now) && due.add(refused.ticket()));
    return due;
  }

  boolean isHeld(JobId job) {
    return held.containsKey(job);
  }

  int size() {
    return held.size();
  }
}
