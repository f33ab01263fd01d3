package refinery.scheduling;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
 * Packs queued jobs onto nodes: nodes, jobs, policy and the time go in, placements come out.
 * Deterministic; not thread-safe.
 *
 * <p>The cost of a pass grows with shapes times nodes that gained resources, not with jobs times
 * nodes. Jobs are served by priority, then by the weighted dominant share of their survey (smallest
 * first), then by the survey's order, then by queue time. A job that does not fit is passed over;
 * when that has lasted too long, it reserves a node, and smaller jobs are back-filled around it.
 *
 * <p>Invariants: no node is over-committed in cpu, memory or disk, and no token is taken beyond its
 * limit, except by {@link #adopt}ed leases, which exist already. After a pass without a limit, no
 * queued job fits into what is free and not reserved.
 */
public final class Packing {
  private final Nodes nodes = new Nodes();
  private final Tokens tokens;
  private final Backlog backlog;
  private final Reservations reservations;
  private final Totals totals = new Totals();
  private final Leases leases;
  final Passes passes;

  public Packing(PackingPolicy policy) {
    this(policy, Estimate.UNKNOWN);
  }

  public Packing(PackingPolicy policy, Estimate estimate) {
    this(policy, estimate, Backlog.EXACT_SHAPES);
  }

  Packing(PackingPolicy policy, Estimate estimate, int exactShapes) {
    this.tokens = new Tokens(policy);
    this.backlog = new Backlog(policy, exactShapes, new Nearby());
    this.reservations = new Reservations(policy, nodes);
    this.leases = new Leases(nodes, tokens, backlog, totals);
    this.passes = new Passes(nodes, backlog, reservations, estimate, leases::begin);
  }

  /** How long a job is expected to run. */
  public interface Estimate {
    Estimate UNKNOWN = job -> 0;

    /** Milliseconds; 0 when unknown. */
    long millis(JobId job);
  }

  /** What the queue needs to know of the nodes. */
  private final class Nearby implements Backlog.Cluster {
    @Override
    public Shape shape(Shape.Key key) {
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

    @Override
    public Optional<Resources> largeEnough(Shape.Key key) {
      return Optional.ofNullable(witness(shape(key)))
          .map(bin -> Resources.of(bin.cpu, bin.memory, bin.disk));
    }

    @Override
    public Resources largest() {
      return totals.largest();
    }

    @Override
    public Resources smallest() {
      return totals.smallest();
    }
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

  /** Queues a job, or replaces the ticket that is queued under its id. */
  public void enqueue(JobTicket ticket, Instant now) {
    int slot = backlog.slots().find(ticket.job());
    if (slot >= 0) {
      if (backlog.ticket(slot).equals(inMillis(ticket))) {
        return;
      }
      remove(slot);
    }
    backlog.add(ticket, now.toEpochMilli());
  }

  /** The ticket as the queue keeps it, with its queue time in milliseconds. */
  private static JobTicket inMillis(JobTicket ticket) {
    return new JobTicket(
        ticket.job(),
        ticket.role(),
        ticket.survey(),
        ticket.priority(),
        ticket.order(),
        ticket.resources(),
        ticket.affinity(),
        ticket.queuedAt().truncatedTo(ChronoUnit.MILLIS));
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

  /** The ticket that is queued under this id. */
  public Optional<JobTicket> queued(JobId job) {
    int slot = backlog.slots().find(job);
    return slot < 0 ? Optional.empty() : Optional.of(backlog.ticket(slot));
  }

  /**
   * Adds a node, or updates it.
   *
   * @param refuses why it takes no work; empty when it does
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
    boolean counted = known != null && totals.change(bin, capacity);
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
    } else if (!bin.takesWork()
        || (bin.reservedFor != null && !bin.reservedFor.shape.fitsCapacity(bin))) {
      reservations.release(bin);
    }
    nodes.markDirty(bin);
    nodesChanged(bin, counted);
  }

  private static boolean sameCapacity(Bin bin, Resources capacity) {
    return bin.cpu == capacity.cpu()
        && bin.memory == capacity.memory()
        && bin.disk == capacity.disk();
  }

  /** Removes a node. Returns its leases, which are released. */
  public List<Lease> removeNode(NodeId id) {
    Bin bin = nodes.get(id);
    if (bin == null) {
      return List.of();
    }
    List<Lease> held = List.copyOf(bin.leases);
    held.forEach(this::release);
    reservations.release(bin);
    nodes.remove(bin);
    nodesChanged(bin, false);
    return held;
  }

  /**
   * Brings totals, index and shapes up to date after a change of a node. Costs one look at every
   * shape, unless the largest amounts have changed; capacities change often, since agents measure
   * their disks.
   *
   * @param counted true when the totals include the change already
   */
  private void nodesChanged(Bin bin, boolean counted) {
    if (!counted && totals.count(nodes.all())) {
      nodes.reindexAll();
      backlog.weighAll();
    } else if (nodes.get(bin.id) == bin) {
      nodes.reindex(bin);
    }
    if (totals.rateAnew()) {
      totals.rateAll(backlog);
    }
    List<Shape> reshaped = new ArrayList<>();
    for (Shape shape : backlog.shapes()) {
      if (!review(shape, bin)) {
        reshaped.add(shape);
      }
    }
    for (Shape shape : reshaped) {
      shape.lanes.values().forEach(reservations::release);
      backlog.reshape(shape);
    }
  }

  /**
   * Brings the shape's witness up to date after a change of this bin. False when the shape is
   * unplaceable but was rounded up, so that some of its jobs may be placeable.
   */
  private boolean review(Shape shape, Bin bin) {
    boolean present = nodes.get(bin.id) == bin;
    Bin witness = shape.witness;
    if (witness == null) {
      if (present && !shape.tokensImpossible() && shape.fitsCapacity(bin)) {
        backlog.placeable(shape, bin);
        shape.blocked = false;
      } else if (present && !shape.tokensImpossible()) {
        return !shape.mayHoldFits(bin);
      }
    } else if (witness == bin && !(present && shape.fitsCapacity(bin))) {
      Bin other = witness(shape);
      backlog.placeable(shape, other);
      return other != null || !shape.rounded;
    }
    return true;
  }

  /**
   * The most cpu, memory and disk of any node, which may be different nodes. No request may exceed
   * them.
   */
  public Resources largestNode() {
    return totals.largest();
  }

  /**
   * Makes a lease that was not placed here, because an agent reports that it exists. The queue does
   * not change. Empty when the node is unknown. The end of the order from which the job was taken
   * is unknown, so the lease counts for both ends in the wanted proportion.
   */
  public Optional<Lease> adopt(JobTicket ticket, NodeId node, Instant now) {
    Bin bin = nodes.get(node);
    if (bin == null) {
      return Optional.empty();
    }
    return Optional.of(leases.begin(ticket, bin, Order.LARGEST_PART, now, 0));
  }

  /** Ends a lease; ending it again does nothing. */
  public void release(Lease lease) {
    if (!lease.isReleased()) {
      leases.end(lease);
      if (!lease.tokens.isEmpty()) {
        passes.tokensReturned();
      }
    }
  }

  /** Places what can be placed, at most {@code limit} jobs. */
  public List<Lease> pass(Instant now, int limit) {
    return passes.run(now, limit);
  }

  public int queuedCount() {
    return backlog.slots().size();
  }

  public int leaseCount() {
    return leases.held();
  }

  public long placements() {
    return leases.begun();
  }

  /** True when the last pass ended at its limit, so that there may be more to place. */
  public boolean isUnfinished() {
    return passes.isUnfinished();
  }

  /**
   * Calls back for every queued job that no present node could hold, even if it were empty, with
   * the reason.
   */
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

  /** True when the job is queued and no present node could hold it, even if it were empty. */
  public boolean isUnplaceable(JobId job) {
    int slot = backlog.slots().find(job);
    return slot >= 0 && backlog.slots().lane(slot).shape.witness == null;
  }

  /** {@link #why} in words alone. */
  public Optional<String> explain(JobId job, Instant now) {
    return why(job, now).map(Why::words);
  }

  /** Why a queued job is not running; empty when it is not queued. */
  public Optional<Why> why(JobId job, Instant now) {
    int slot = backlog.slots().find(job);
    return slot < 0
        ? Optional.empty()
        : Optional.of(new Explanation(backlog, nodes, now.toEpochMilli()).of(slot));
  }

  /** The state for people, as plain values in a stable order. */
  public PackingView view() {
    return PackingView.of(backlog, nodes, tokens, reservations);
  }

  /** The tokens that were asked for so far, by name. */
  Map<String, PackingView.TokenView> tokens() {
    return PackingView.of(tokens);
  }

  /** The leases on a node; empty when the node is unknown. */
  public List<Lease> leases(NodeId node) {
    return Optional.ofNullable(nodes.get(node)).map(b -> List.copyOf(b.leases)).orElse(List.of());
  }

  /** What is free on a node; negative when adopted leases exceed its capacity. */
  public Optional<Map<String, Long>> free(NodeId node) {
    return Optional.ofNullable(nodes.get(node))
        .map(bin -> Map.of("cpu", bin.freeCpu, "memory", bin.freeMemory, "disk", bin.freeDisk));
  }

  /**
   * Validates every index anew, for tests. Throws {@link IllegalStateException} when one is wrong.
   */
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
    Checks.that(counted == leases.held(), "number of leases");
    for (Tokens.Token token : tokens.all()) {
      Checks.that(
          token.taken() == taken.getOrDefault(token.name(), 0), "tokens taken of " + token.name());
    }
  }
}
