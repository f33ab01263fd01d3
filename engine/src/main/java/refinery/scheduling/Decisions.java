package refinery.scheduling;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;

/**
 * The last {@value #KEPT} decisions, shown to people, and counts of all of them. Not thread-safe.
 */
final class Decisions {
  private static final int KEPT = 200;
  private final Deque<Decision> ring = new ArrayDeque<>();
  private long placed;
  private long refused;
  private long lost;

  /** {@code what} is placed, refused or lost. */
  record Decision(
      Instant at, String what, JobId job, NodeId node, Resources resources, String reason) {}

  private void add(Decision decision) {
    if (ring.size() == KEPT) {
      ring.removeFirst();
    }
    ring.addLast(decision);
  }

  void placed(Lease lease) {
    placed++;
    add(
        new Decision(
            lease.since(),
            "placed",
            lease.job(),
            lease.node(),
            lease.resources(),
            "best fit of the nodes with role '" + lease.ticket().role() + "'"));
  }

  void refused(Assigned assigned, Instant now) {
    refused++;
    add(of(assigned, "refused", "the node gave it back before it started", now));
  }

  void lost(Assigned assigned, String reason, Instant now) {
    lost++;
    add(of(assigned, "lost", reason, now));
  }

  private static Decision of(Assigned assigned, String what, String reason, Instant now) {
    return new Decision(
        now, what, assigned.job(), assigned.node(), assigned.lease.resources(), reason);
  }

  List<Decision> newestFirst() {
    return List.copyOf(ring.reversed());
  }

  long placed() {
    return placed;
  }

  long refused() {
    return refused;
  }

  long lost() {
    return lost;
  }
}
