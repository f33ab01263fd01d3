package refinery.scheduling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Reserves bins for jobs that were passed over too long, so that small jobs cannot starve a large
 * one. Other jobs are back-filled into what the reserved job will leave free, or if they are
 * expected to end before it can start (EASY back-fill: Lifka, The ANL/IBM SP scheduling system,
 * 1995).
 *
 * <p>A lane has at most one bin reserved, and a bin is reserved for at most one lane. A reservation
 * is respected by jobs of the same or lower priority only.
 */
final class Reservations {
  private static final long REVIEW_MILLIS = 5000;

  /**
   * How often all shapes are looked at. The other reviews look only at the first job of each
   * survey.
   */
  private static final long THOROUGH_MILLIS = 30_000;

  private static final Comparator<Lane> FIRST_IN_LINE =
      Comparator.comparingInt((Lane lane) -> -lane.shape.key.priority())
          .thenComparingLong(Lane::waitingSince)
          .thenComparing(lane -> lane.group.survey.name)
          .thenComparingInt(lane -> lane.shape.number);

  private final PackingPolicy policy;
  private final Nodes nodes;

  /** Lanes with a reserved bin, highest priority first, then in the order of their reservations. */
  private final List<Lane> held = new ArrayList<>();

  /** Bins that are not reserved any more and that no pass has looked at since. */
  private final List<Bin> freed = new ArrayList<>();

  private long reviewedAt = Long.MIN_VALUE;
  private long thoroughAt = Long.MIN_VALUE;
  private long reviewedBefore = Long.MIN_VALUE;

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

  /** The lanes of this priority whose job now fits its reserved bin; a copy. */
  List<Lane> ready(int priority) {
    List<Lane> ready = List.of();
    for (int i = 0; i < held.size(); i++) {
      Lane lane = held.get(i);
      Bin bin = lane.reserved;
      if (lane.shape.key.priority() == priority
          && bin.fitsReserved(lane.shape)
          && bin.takesWork()) {
        ready = ready.isEmpty() ? new ArrayList<>() : ready;
        ready.add(lane);
      }
    }
    return ready;
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

  /**
   * Makes reservations for lanes that waited too long. Does nothing if the last review was less
   * than {@value #REVIEW_MILLIS} ms ago.
   */
  void review(Backlog backlog, long now) {
    if (reviewedAt != Long.MIN_VALUE && now >= reviewedAt && now < reviewedAt + REVIEW_MILLIS) {
      return;
    }
    reviewedBefore = reviewedAt;
    reviewedAt = now;
    int limit = Math.max(1, (int) (nodes.size() * policy.reservedNodes()));
    if (held.size() >= limit && !isHigherWaiting(backlog)) {
      return;
    }
    int wanted = Math.max(1, limit - held.size());
    List<Bin> bins = List.of();
    for (Lane lane : candidates(backlog, now, wanted)) {
      bins = bins.isEmpty() ? List.copyOf(nodes.all()) : bins;
      if (held.size() >= limit) {
        Lane least = held.getLast();
        if (least.shape.key.priority() >= lane.shape.key.priority()) {
          return;
        }
        release(least);
      }
      reserve(lane, bins, now);
    }
  }

  private boolean isHigherWaiting(Backlog backlog) {
    int least = held.getLast().shape.key.priority();
    return backlog.bands().stream().anyMatch(band -> band.priority > least);
  }

  private List<Lane> candidates(Backlog backlog, long now, int wanted) {
    boolean thorough =
        thoroughAt == Long.MIN_VALUE || now < thoroughAt || now >= thoroughAt + THOROUGH_MILLIS;
    thoroughAt = thorough ? now : thoroughAt;
    PriorityQueue<Lane> found = new PriorityQueue<>(FIRST_IN_LINE.reversed());
    for (Band band : backlog.bands()) {
      for (Group group : band.groups) {
        offerFirst(group, now, found);
        if (thorough) {
          offerOvertaken(group, now, found, wanted);
        }
        while (found.size() > wanted) {
          found.poll();
        }
      }
    }
    List<Lane> sorted = new ArrayList<>(found);
    sorted.sort(FIRST_IN_LINE);
    return sorted;
  }

  /** Offers the lane with the first job of a survey, at each end that is served. */
  private void offerFirst(Group group, long now, PriorityQueue<Lane> found) {
    for (Front front : group.fronts) {
      Lane first = group.first(front);
      if (first == null) {
        return;
      }
      long since = front.seenSince(first, Math.max(first.waitingSince(), reviewedBefore));
      if (now - since >= policy.reserveAfter().toMillis()
          && isCandidate(first)
          && !found.contains(first)) {
        found.add(first);
      }
    }
  }

  /**
   * Offers lanes that other jobs of the survey have overtaken for too long.
   *
   * @param wanted how many lanes are needed at most
   */
  private void offerOvertaken(Group group, long now, PriorityQueue<Lane> found, int wanted) {
    long patience = policy.patience().toMillis();
    group.forEach(
        lane -> {
          if (lane.shape.blocked
              && now - lane.servedAt >= patience
              && isCandidate(lane)
              && now - lane.waitingSince() >= patience
              && (found.size() < wanted || FIRST_IN_LINE.compare(lane, found.peek()) < 0)
              && group.isOvertaken(lane)
              && !found.contains(lane)) {
            found.add(lane);
            if (found.size() > wanted) {
              found.poll();
            }
          }
        });
  }

  private static boolean isCandidate(Lane lane) {
    return lane.shape.blocked && lane.reserved == null && lane.shape.tokensAvailable();
  }

  private void reserve(Lane lane, List<Bin> bins, long now) {
    Bin best = null;
    long bestStart = Long.MAX_VALUE;
    double bestMissing = Double.MAX_VALUE;
    for (int i = 0; i < bins.size(); i++) {
      Bin bin = bins.get(i);
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

  /**
   * How much has to be released before the shape fits, as the sum of parts of the bin's capacity.
   */
  private static double missing(Bin bin, Shape shape) {
    return part(shape.cpu - bin.freeCpu, bin.cpu)
        + part(shape.memory - bin.freeMemory, bin.memory)
        + part(shape.disk - bin.freeDisk, bin.disk);
  }

  private static double part(long amount, long whole) {
    return amount <= 0 ? 0 : (double) amount / whole;
  }

  /**
   * When enough leases are expected to have ended, in milliseconds since 1970; {@link
   * Long#MAX_VALUE} when unknown.
   */
  private static long expectedStart(Bin bin, Shape shape, long now) {
    long cpu = bin.freeCpu;
    long memory = bin.freeMemory;
    long disk = bin.freeDisk;
    if (bin.estimated == 0) {
      return shape.cpu <= cpu && shape.memory <= memory && shape.disk <= disk
          ? now
          : Long.MAX_VALUE;
    }
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
