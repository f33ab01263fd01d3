package refinery.scheduling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import refinery.protocol.JobId;
import refinery.protocol.scheduling.JobTicket;

/**
 * Runs passes over the queue. What changed since the last pass decides what is looked at. Higher
 * priorities come first; within a priority, reservations come first, and then jobs in the order of
 * {@link Backlog}.
 */
final class Passes {
  private final Nodes nodes;
  private final Backlog backlog;
  private final Reservations reservations;
  private final Packing.Estimate estimate;
  private final boolean estimates;
  private final Leasing leasing;
  private final OpenShapes open;
  private long pass;
  private boolean unfinished;
  private long arrivalsSeen = -1;
  private boolean tokensReturned;
  private Map<Dimension, Integer> refused = new EnumMap<>(Dimension.class);

  /** Makes a lease for a job that was taken out of the queue. */
  interface Leasing {
    Lease lease(JobTicket ticket, Bin bin, double largest, Instant now, long expectedEnd);
  }

  Passes(
      Nodes nodes,
      Backlog backlog,
      Reservations reservations,
      Packing.Estimate estimate,
      Leasing leasing) {
    this.nodes = nodes;
    this.backlog = backlog;
    this.reservations = reservations;
    this.estimate = estimate;
    this.estimates = estimate != Packing.Estimate.UNKNOWN;
    this.leasing = leasing;
    this.open = new OpenShapes(nodes, backlog);
  }

  void tokensReturned() {
    tokensReturned = true;
  }

  /** True when the last pass ended at its limit. */
  boolean isUnfinished() {
    return unfinished;
  }

  /** How often the head of the queue came to fit no node, since this was asked last. */
  Map<Dimension, Integer> takeRefused() {
    Map<Dimension, Integer> taken = refused;
    refused = new EnumMap<>(Dimension.class);
    return taken;
  }

  List<Lease> run(Instant now, int limit) {
    List<Lease> placed = new ArrayList<>();
    do {
      for (Bin bin : reservations.freed()) {
        if (nodes.get(bin.id) == bin) {
          nodes.markDirty(bin);
        }
      }
      reservations.freed().clear();
      if (somethingChanged()) {
        round(placed, limit, now);
      }
      reservations.review(backlog, now.toEpochMilli());
    } while (!unfinished && !reservations.freed().isEmpty());
    return placed;
  }

  private boolean somethingChanged() {
    return unfinished
        || !nodes.dirty().isEmpty()
        || tokensReturned
        || arrivalsSeen != backlog.arrivals();
  }

  private void round(List<Lease> placed, int limit, Instant now) {
    pass++;
    open.begin();
    for (Band band : List.copyOf(backlog.bands())) {
      placeReserved(band, placed, limit, now);
      while (placed.size() < limit) {
        Lane lane = band.next(open.bits(), pass);
        if (lane == null) {
          break;
        }
        if (!placeHead(lane, placed, now)) {
          open.close(lane.shape);
        }
      }
    }
    unfinished = placed.size() >= limit;
    if (!unfinished) {
      nodes.clearDirty();
      arrivalsSeen = backlog.arrivals();
      tokensReturned = false;
    }
  }

  private void placeReserved(Band band, List<Lease> placed, int limit, Instant now) {
    for (Lane lane : reservations.ready(band.priority)) {
      Bin bin = lane.reserved;
      if (placed.size() < limit && bin.fitsReserved(lane.shape) && lane.shape.tokensAvailable()) {
        place(lane, bin, placed, now);
      }
    }
  }

  private boolean placeHead(Lane lane, List<Lease> placed, Instant now) {
    Shape shape = lane.shape;
    if (!shape.tokensAvailable()) {
      refused.merge(Dimension.TOKENS, 1, Integer::sum);
      shape.blocked = false;
      return false;
    }
    int head = lane.head(lane.group.due());
    String affinity = backlog.slots().affinity(head);
    long end = estimates ? expectedEnd(backlog.slots().id(head), now) : 0;
    Bin bin =
        shape.blocked && open.inDirtyOnly()
            ? nodes.bestDirtyFit(shape, affinity, end)
            : nodes.bestFit(shape, affinity, end);
    if (bin == null) {
      if (!shape.blocked) {
        refused.merge(Dimension.of(shape, nodes), 1, Integer::sum);
      }
      shape.blocked = true;
      return false;
    }
    place(lane, bin, placed, now);
    return true;
  }

  private void place(Lane lane, Bin bin, List<Lease> placed, Instant now) {
    reservations.release(lane);
    lane.servedAt = now.toEpochMilli();
    Front front = lane.group.due();
    int head = lane.head(front);
    front.places(lane);
    JobTicket ticket = backlog.remove(head);
    double largest = front.end == Order.End.LARGEST ? 1 : 0;
    placed.add(
        leasing.lease(ticket, bin, largest, now, estimates ? expectedEnd(ticket.job(), now) : 0));
    if (lane.shape.lanes.isEmpty()) {
      open.close(lane.shape);
    }
    open.shrunk(bin);
  }

  private long expectedEnd(JobId job, Instant now) {
    long millis = estimate.millis(job);
    return millis <= 0 ? 0 : now.toEpochMilli() + millis;
  }
}
