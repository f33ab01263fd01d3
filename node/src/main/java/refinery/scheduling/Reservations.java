package refinery.scheduling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Bins held free for jobs that were passed over too long, so that small jobs cannot starve a large
 * one. Others are back-filled into what the reserved job will leave free, or when they are expected
 * to end before it can start (EASY back-fill: Lifka, The ANL/IBM SP scheduling system, 1995).
 *
 * <p>A lane holds at most one bin and a bin is held for at most one lane. A reservation binds jobs
 * of its own and of lower priority only.
 */
final class Reservations {
  private static final long REVIEW_MILLIS = 500;

  private final PackingPolicy policy;
  private final Nodes nodes;

  /** Highest priority first, then as they were made. */
  private final List<Lane> held = new ArrayList<>();

  /** Bins that are not held any more and were not looked at since. */
  private final List<Bin> freed = new ArrayList<>();

  private long reviewedAt = Long.MIN_VALUE;

  Reservations(PackingPolicy policy, Nodes nodes) {
    this.policy = policy;
    this.nodes = nodes;
  }

  List<Bin> freed() {
    return freed;
  }

  List<Lane> all() {
    return held;
  }

  List<Lane> ofPriority(int priority) {
    if (held.isEmpty()) {
      return List.of();
    }
    return held.stream().filter(lane -> lane.shape.key.priority() == priority).toList();
  }

  void release(Lane lane) {
    if (lane.reserved != null) {
      freed.add(lane.reserved);
      lane.reserved.reservedFor = null;
      lane.reserved.reservedUntil = 0;
      lane.reserved = null;
      held.remove(lane);
    }
  }

  void release(Bin bin) {
    if (bin.reservedFor != null) {
      release(bin.reservedFor);
    }
  }

  /** Reserves for those that waited too long; looks twice a second at most. */
  void review(Backlog backlog, long now) {
    if (reviewedAt != Long.MIN_VALUE && now >= reviewedAt && now < reviewedAt + REVIEW_MILLIS) {
      return;
    }
    reviewedAt = now;
    int limit = Math.max(1, (int) (nodes.size() * policy.reservedNodes()));
    for (Lane lane : candidates(backlog, now)) {
      if (held.size() >= limit) {
        Lane least = held.getLast();
        if (least.shape.key.priority() >= lane.shape.key.priority()) {
          return;
        }
        release(least);
      }
      reserve(lane, now);
    }
  }

  private List<Lane> candidates(Backlog backlog, long now) {
    List<Lane> found = new ArrayList<>();
    for (Band band : backlog.bands()) {
      for (Group group : band.groups) {
        boolean first = true;
        for (Lane lane : group.lanes) {
          long limit = (first ? policy.reserveAfter() : policy.patience()).toMillis();
          first = false;
          if (lane.shape.blocked
              && lane.reserved == null
              && now - lane.waitingSince() >= limit
              && lane.shape.tokensAvailable()) {
            found.add(lane);
          }
        }
      }
    }
    found.sort(
        Comparator.comparingInt((Lane lane) -> -lane.shape.key.priority())
            .thenComparingLong(Lane::waitingSince)
            .thenComparing(lane -> lane.group.survey.name)
            .thenComparing(lane -> lane.shape.key.toString()));
    return found;
  }

  private void reserve(Lane lane, long now) {
    Bin best = null;
    long bestStart = Long.MAX_VALUE;
    double bestMissing = Double.MAX_VALUE;
    for (Bin bin : nodes.all()) {
      if (bin.reservedFor != null || !bin.takesWork() || !lane.shape.fitsCapacity(bin)) {
        continue;
      }
      long start = expectedStart(bin, lane.shape, now);
      double missing = missing(bin, lane.shape);
      if (start < bestStart || (start == bestStart && missing < bestMissing)) {
        best = bin;
        bestStart = start;
        bestMissing = missing;
      }
    }
    if (best == null) {
      return;
    }
    best.reservedFor = lane;
    best.reservedUntil = bestStart == Long.MAX_VALUE ? 0 : bestStart;
    lane.reserved = best;
    held.add(lane);
    held.sort(Comparator.comparingInt(each -> -each.shape.key.priority()));
  }

  /** What has to be released first, in parts of the bin. */
  private static double missing(Bin bin, Shape shape) {
    return part(shape.cpu - bin.freeCpu, bin.cpu)
        + part(shape.memory - bin.freeMemory, bin.memory)
        + part(shape.disk - bin.freeDisk, bin.disk);
  }

  private static double part(long amount, long whole) {
    return amount <= 0 ? 0 : (double) amount / whole;
  }

  /** When enough leases are expected to have ended; the largest number when that is not known. */
  private static long expectedStart(Bin bin, Shape shape, long now) {
    long cpu = bin.freeCpu;
    long memory = bin.freeMemory;
    long disk = bin.freeDisk;
    long start = now;
    List<Lease> byEnd =
        bin.leases.stream()
            .filter(lease -> lease.expectedEnd() > 0)
            .sorted(Comparator.comparingLong(Lease::expectedEnd))
            .toList();
    for (Lease lease : byEnd) {
      if (shape.cpu <= cpu && shape.memory <= memory && shape.disk <= disk) {
        return start;
      }
      cpu += lease.resources().cpu();
      memory += lease.resources().memory();
      disk += lease.resources().disk();
      start = Math.max(now, lease.expectedEnd());
    }
    boolean fits = shape.cpu <= cpu && shape.memory <= memory && shape.disk <= disk;
    return fits ? start : Long.MAX_VALUE;
  }

  void sanityCheck() {
    for (Lane lane : held) {
      Checks.that(lane.size() > 0, "reservation of an empty lane");
      Checks.that(lane.reserved != null && lane.reserved.reservedFor == lane, "reservation");
      Checks.that(nodes.get(lane.reserved.id) == lane.reserved, "reserved bin exists");
    }
    long reserved = nodes.all().stream().filter(bin -> bin.reservedFor != null).count();
    Checks.that(reserved == held.size(), "number of reservations");
  }
}
