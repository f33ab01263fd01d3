package refinery.scheduling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/**
 * Bin packing of queued jobs onto nodes: cluster view, pending work, policy and now go in,
 * placements come out. Deterministic; not thread-safe.
 *
 * <p>A pass costs shapes times nodes that gained resources, not jobs times nodes. Order: priority,
 * then the weighted dominant share of the survey, then the survey's order, then queue time. A job
 * that does not fit is passed over; when that has lasted too long it reserves a node, around which
 * smaller jobs are back-filled.
 *
 * <p>Invariants: no node is over-committed in any dimension and no token beyond its limit, except
 * by {@link #adopt}ed leases, which are facts; after an unlimited pass no queued job fits into what
 * is free and not reserved.
 */
public final class Packing {
  private final PackingPolicy policy;
  private final Estimate estimate;
  private final Nodes nodes = new Nodes();
  private final Tokens tokens;
  private final Backlog backlog;
  private final Reservations reservations;
  private final Totals totals = new Totals();
  private long pass;
  private long placements;
  private int leases;
  private boolean unfinished;
  private long arrivalsSeen = -1;
  private boolean tokensReturned;

  public Packing(PackingPolicy policy) {
    this(policy, Estimate.UNKNOWN);
  }

  public Packing(PackingPolicy policy, Estimate estimate) {
    this.policy = policy;
    this.estimate = estimate;
    this.tokens = new Tokens(policy);
    this.backlog = new Backlog(policy, this::newShape);
    this.reservations = new Reservations(policy, nodes);
  }

  /** How long a job is expected to run. */
  public interface Estimate {
    Estimate UNKNOWN = job -> 0;

    /** Milliseconds, 0 when unknown. */
    long millis(JobId job);
  }

  private static final class Totals {
    private long cpu;
    private long memory;
    private long disk;
    private long largestCpu;
    private long largestMemory;
    private long largestDisk;
  }

  private Shape newShape(Shape.Key key) {
    Shape shape = new Shape(key, nodes.roleBit(key.role()));
    new TreeMap<>(key.resources().tokens())
        .forEach(
            (name, count) -> {
              shape.tokens.add(tokens.named(name));
              shape.tokenCounts.add(count);
            });
    shape.witness = witness(shape);
    return shape;
  }

  private Bin witness(Shape shape) {
    if (shape.tokensImpossible()) {
      return null;
    }
    for (Bin bin : nodes.all()) {
      if (shape.fitsCapacity(bin)) {
        return bin;
      }
    }
    return null;
  }

  /** Queues a job, or replaces what is queued under its id. */
  public void enqueue(JobTicket ticket, Instant now) {
    int slot = backlog.slots().find(ticket.job());
    if (slot >= 0) {
      if (backlog.ticket(slot).equals(ticket)) {
        return;
      }
      remove(slot);
    }
    backlog.add(ticket, largestNode(), now.toEpochMilli());
  }

  /** Takes a job out of the queue; false when it is not there. */
  public boolean withdraw(JobId job) {
    int slot = backlog.slots().find(job);
    if (slot < 0) {
      return false;
    }
    remove(slot);
    return true;
  }

  private JobTicket remove(int slot) {
    Lane lane = backlog.slots().lane(slot);
    JobTicket ticket = backlog.remove(slot);
    if (lane.size() == 0) {
      reservations.release(lane);
    }
    return ticket;
  }

  public boolean isQueued(JobId job) {
    return backlog.contains(job);
  }

  /** What is queued under this id; its resources may be rounded up. */
  public Optional<JobTicket> queued(JobId job) {
    int slot = backlog.slots().find(job);
    return slot < 0 ? Optional.empty() : Optional.of(backlog.ticket(slot));
  }

  /**
   * A node has joined, or is not what it was.
   *
   * @param refuses empty when it takes work, else the reason why not
   */
  public void putNode(NodeId id, Collection<String> roles, Resources capacity, String refuses) {
    Bin known = nodes.get(id);
    long roleBits = roles.stream().mapToLong(nodes::roleBit).reduce(0, (a, b) -> a | b);
    if (known != null && known.roles == roleBits && sameCapacity(known, capacity)) {
      if (!known.refuses.equals(refuses)) {
        known.refuses = refuses;
        reservations.release(known);
        nodes.reindex(known);
        nodes.markDirty(known);
      }
      return;
    }
    Bin bin = known == null ? new Bin(id) : known;
    bin.freeCpu += capacity.cpu() - bin.cpu;
    bin.freeMemory += capacity.memory() - bin.memory;
    bin.freeDisk += capacity.disk() - bin.disk;
    bin.cpu = capacity.cpu();
    bin.memory = capacity.memory();
    bin.disk = capacity.disk();
    bin.roles = roleBits;
    bin.refuses = refuses;
    if (known == null) {
      nodes.add(bin);
    } else if (bin.reservedFor != null && !bin.reservedFor.shape.fitsCapacity(bin)) {
      reservations.release(bin);
    }
    nodes.markDirty(bin);
    nodesChanged();
  }

  private static boolean sameCapacity(Bin bin, Resources capacity) {
    return bin.cpu == capacity.cpu()
        && bin.memory == capacity.memory()
        && bin.disk == capacity.disk();
  }

  /** The node is gone; what it held is returned, released. */
  public List<Lease> removeNode(NodeId id) {
    Bin bin = nodes.get(id);
    if (bin == null) {
      return List.of();
    }
    List<Lease> held = List.copyOf(bin.leases);
    held.forEach(this::release);
    reservations.release(bin);
    nodes.remove(bin);
    nodesChanged();
    return held;
  }

  private void nodesChanged() {
    nodes.reindexAll();
    totals.cpu = 0;
    totals.memory = 0;
    totals.disk = 0;
    totals.largestCpu = 0;
    totals.largestMemory = 0;
    totals.largestDisk = 0;
    for (Bin bin : nodes.all()) {
      totals.cpu += bin.cpu;
      totals.memory += bin.memory;
      totals.disk += bin.disk;
      totals.largestCpu = Math.max(totals.largestCpu, bin.cpu);
      totals.largestMemory = Math.max(totals.largestMemory, bin.memory);
      totals.largestDisk = Math.max(totals.largestDisk, bin.disk);
    }
    backlog.rateAll(totals.cpu, totals.memory, totals.disk);
    for (Shape shape : backlog.shapes()) {
      Bin witness = shape.witness;
      if (witness == null || nodes.get(witness.id) != witness || !shape.fitsCapacity(witness)) {
        backlog.placeable(shape, witness(shape));
        shape.blocked = false;
      }
    }
    arrivalsSeen = -1;
  }

  /** The largest amounts of any node, each by itself: bounds what may be asked for. */
  public Resources largestNode() {
    return Resources.of(totals.largestCpu, totals.largestMemory, totals.largestDisk);
  }

  /**
   * A lease that exists without having been placed here: an agent reports it. The queue is left
   * alone; empty when the node is unknown.
   */
  public Optional<Lease> adopt(JobTicket ticket, NodeId node, Instant now) {
    Bin bin = nodes.get(node);
    if (bin == null) {
      return Optional.empty();
    }
    return Optional.of(lease(ticket, bin, now, 0));
  }

  private Lease lease(JobTicket ticket, Bin bin, Instant now, long expectedEnd) {
    Survey survey = backlog.survey(ticket.survey());
    Lease lease = new Lease(++placements, ticket, bin, survey, now, expectedEnd);
    ticket
        .resources()
        .tokens()
        .forEach(
            (name, count) -> {
              Tokens.Token token = tokens.named(name);
              token.take(count);
              lease.tokens.add(token);
              lease.tokenCounts.add(count);
            });
    lease.position = bin.leases.size();
    bin.leases.add(lease);
    leases++;
    take(lease, 1);
    return lease;
  }

  /** Ends a lease; ending it again does nothing. */
  public void release(Lease lease) {
    if (lease.isReleased()) {
      return;
    }
    Bin bin = lease.bin;
    Lease last = bin.leases.removeLast();
    if (last != lease) {
      bin.leases.set(lease.position, last);
      last.position = lease.position;
    }
    lease.position = -1;
    leases--;
    for (int i = 0; i < lease.tokens.size(); i++) {
      lease.tokens.get(i).take(-lease.tokenCounts.get(i));
      tokensReturned = true;
    }
    take(lease, -1);
    nodes.markDirty(bin);
    backlog.forget(lease.survey);
  }

  private void take(Lease lease, int sign) {
    Bin bin = lease.bin;
    Resources resources = lease.resources();
    bin.freeCpu -= sign * resources.cpu();
    bin.freeMemory -= sign * resources.memory();
    bin.freeDisk -= sign * resources.disk();
    nodes.reindex(bin);
    Survey survey = lease.survey;
    backlog.reposition(
        survey,
        () -> {
          survey.cpu += sign * resources.cpu();
          survey.memory += sign * resources.memory();
          survey.disk += sign * resources.disk();
          survey.leases += sign;
          survey.servedBy = sign > 0 ? placements : survey.servedBy;
          survey.rate(totals.cpu, totals.memory, totals.disk);
        });
  }

  /** Places what can be placed, at most {@code limit} jobs. */
  public List<Lease> pass(Instant now, int limit) {
    List<Lease> placed = new ArrayList<>();
    do {
      reservations.freed().stream()
          .filter(bin -> nodes.get(bin.id) == bin)
          .forEach(nodes::markDirty);
      reservations.freed().clear();
      if (somethingChanged()) {
        round(placed, limit, now);
      }
      reservations.review(backlog, now.toEpochMilli());
    } while (!unfinished && !reservations.freed().isEmpty());
    return placed;
  }

  private void round(List<Lease> placed, int limit, Instant now) {
    pass++;
    int open = openShapes();
    for (Band band : List.copyOf(backlog.bands())) {
      placeReserved(band, placed, limit, now);
      while (open > 0 && placed.size() < limit) {
        Lane lane = band.next(pass);
        if (lane == null) {
          break;
        }
        Shape shape = lane.shape;
        if (!placeHead(lane, placed, now)) {
          shape.failedIn = pass;
          open--;
        } else if (shape.lanes.isEmpty()) {
          open--;
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

  private boolean somethingChanged() {
    return unfinished
        || !nodes.dirty().isEmpty()
        || tokensReturned
        || arrivalsSeen != backlog.arrivals();
  }

  /**
   * Marks the shapes that cannot be placed in this pass; returns how many are left. A shape that
   * lacks a token was not tried on the nodes, so it does not count as blocked by them.
   */
  private int openShapes() {
    long cpu = Long.MIN_VALUE;
    long memory = Long.MIN_VALUE;
    long disk = Long.MIN_VALUE;
    for (Bin bin : nodes.dirty()) {
      if (bin.takesWork()) {
        cpu = Math.max(cpu, bin.freeCpu);
        memory = Math.max(memory, bin.freeMemory);
        disk = Math.max(disk, bin.freeDisk);
      }
    }
    int open = 0;
    List<Shape> shapes = backlog.shapes();
    for (int i = 0; i < shapes.size(); i++) {
      Shape shape = shapes.get(i);
      boolean beyond =
          shape.blocked && (shape.cpu > cpu || shape.memory > memory || shape.disk > disk);
      boolean closed = shape.witness == null || beyond;
      if (!closed && !shape.tokensAvailable()) {
        shape.blocked = false;
        closed = true;
      }
      if (closed) {
        shape.failedIn = pass;
      } else {
        open++;
      }
    }
    return open;
  }

  private void placeReserved(Band band, List<Lease> placed, int limit, Instant now) {
    for (Lane lane : reservations.ofPriority(band.priority)) {
      Bin bin = lane.reserved;
      if (placed.size() < limit
          && bin.takesWork()
          && bin.fitsReserved(lane.shape)
          && lane.shape.tokensAvailable()) {
        place(lane, bin, placed, now);
      }
    }
  }

  private boolean placeHead(Lane lane, List<Lease> placed, Instant now) {
    Shape shape = lane.shape;
    if (!shape.tokensAvailable()) {
      shape.blocked = false;
      return false;
    }
    int head = lane.head();
    String affinity = backlog.slots().affinity(head);
    long end = expectedEnd(backlog.slots().id(head), now);
    Bin bin =
        shape.blocked
            ? nodes.bestDirtyFit(shape, affinity, end)
            : nodes.bestFit(shape, affinity, end);
    if (bin == null) {
      shape.blocked = true;
      return false;
    }
    place(lane, bin, placed, now);
    return true;
  }

  private void place(Lane lane, Bin bin, List<Lease> placed, Instant now) {
    reservations.release(lane);
    lane.servedAt = now.toEpochMilli();
    JobTicket ticket = backlog.remove(lane.head());
    placed.add(lease(ticket, bin, now, expectedEnd(ticket.job(), now)));
  }

  private long expectedEnd(JobId job, Instant now) {
    long millis = estimate.millis(job);
    return millis <= 0 ? 0 : now.toEpochMilli() + millis;
  }

  public int queuedCount() {
    return backlog.slots().size();
  }

  public int leaseCount() {
    return leases;
  }

  public long placements() {
    return placements;
  }

  /** Whether a pass was cut short by its limit. */
  public boolean isUnfinished() {
    return unfinished;
  }

  /** Calls back for every queued job that no node could ever hold, with the reason. */
  public void unplaceable(BiConsumer<JobId, String> consumer) {
    for (Shape shape : backlog.shapes()) {
      if (shape.witness == null) {
        String reason = Explanation.unplaceable(shape, nodes);
        for (Lane lane : shape.lanes.values()) {
          for (int i = 0; i < lane.size(); i++) {
            consumer.accept(backlog.slots().id(lane.slot(i)), reason);
          }
        }
      }
    }
  }

  /** Whether it is queued and no node could ever hold it. */
  public boolean isUnplaceable(JobId job) {
    int slot = backlog.slots().find(job);
    return slot >= 0 && backlog.slots().lane(slot).shape.witness == null;
  }

  /** Why a queued job is not running, in words and numbers; empty when it is not queued. */
  public Optional<String> explain(JobId job, Instant now) {
    int slot = backlog.slots().find(job);
    return slot < 0
        ? Optional.empty()
        : Optional.of(new Explanation(backlog, nodes, now.toEpochMilli()).of(slot));
  }

  /** The state for people: plain values in a stable order. */
  public PackingView view() {
    return PackingView.of(backlog, nodes, tokens, reservations);
  }

  /** Leases on a node; empty for an unknown one. */
  public List<Lease> leases(NodeId node) {
    Bin bin = nodes.get(node);
    return bin == null ? List.of() : List.copyOf(bin.leases);
  }

  /** The free part of a node; a lease that was adopted may make it less than nothing. */
  public Optional<Map<String, Long>> free(NodeId node) {
    return Optional.ofNullable(nodes.get(node))
        .map(bin -> Map.of("cpu", bin.freeCpu, "memory", bin.freeMemory, "disk", bin.freeDisk));
  }

  /** Re-validates every index; for tests. */
  public void sanityCheck() {
    nodes.sanityCheck();
    backlog.sanityCheck();
    reservations.sanityCheck();
    int counted = 0;
    Map<String, Integer> taken = new TreeMap<>();
    for (Bin bin : nodes.all()) {
      for (Lease lease : bin.leases) {
        counted++;
        lease.resources().tokens().forEach((name, n) -> taken.merge(name, n, Integer::sum));
      }
    }
    Checks.that(counted == leases, "number of leases");
    for (Tokens.Token token : tokens.all()) {
      Checks.that(
          token.taken() == taken.getOrDefault(token.name(), 0), "tokens taken of " + token.name());
    }
  }
}
