package refinery.scheduling;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/**
 * The queued jobs: by id, by shape, and in the order in which they are served (priority, fair
 * share, the survey's order, queue time). Knows nothing of free resources. Not thread-safe.
 */
final class Backlog {
  /**
   * With more shapes than this, requests are rounded up, so that the cost of a pass stays bounded.
   */
  static final int EXACT_SHAPES = 64;

  private final PackingPolicy policy;
  private final int exactShapes;
  private final JobSlots slots;
  private final Map<Shape.Key, Shape> shapes = new HashMap<>();
  private final List<Shape> list = new ArrayList<>();
  private final Map<String, SurveyShare> surveys = new HashMap<>();
  private final Map<Integer, Band> bands = new TreeMap<>(Comparator.reverseOrder());
  private final Cluster cluster;

  /** The numbers below {@link #numbered} that no shape uses now. */
  private final ArrayDeque<Integer> freeNumbers = new ArrayDeque<>();

  private int numbered;

  /** Grows with every job that is added. A pass that has seen this number knows all of them. */
  private long arrivals;

  Backlog(PackingPolicy policy, int exactShapes, Cluster cluster) {
    this.policy = policy;
    this.slots = new JobSlots(policy.period());
    this.exactShapes = exactShapes;
    this.cluster = cluster;
  }

  /** What the queue needs to know of the nodes. */
  interface Cluster {
    /** A new shape with its tokens and its witness. */
    Shape shape(Shape.Key key);

    /**
     * The capacity of a node that could hold the request if it were empty; empty when there is
     * none.
     */
    Optional<Resources> largeEnough(Shape.Key key);

    /** The most cpu, memory and disk of any node; they may be of different nodes. */
    Resources largest();

    /** The least memory and disk of any node; they may be of different nodes. */
    Resources smallest();
  }

  JobSlots slots() {
    return slots;
  }

  /** All shapes that have queued jobs. */
  List<Shape> shapes() {
    return list;
  }

  Collection<Band> bands() {
    return bands.values();
  }

  Collection<SurveyShare> surveys() {
    return surveys.values();
  }

  SurveyShare survey(String name) {
    return surveys.computeIfAbsent(name, key -> new SurveyShare(key, policy.weight(key)));
  }

  long arrivals() {
    return arrivals;
  }

  void add(JobTicket ticket, long now) {
    Shape shape = shapeOf(ticket);
    SurveyShare survey = survey(ticket.survey());
    Lane lane = shape.lanes.get(survey);
    if (lane == null) {
      Group group = group(survey, ticket.priority());
      group.laneCount++;
      lane = new Lane(shape, group, policy.order().ends(), slots, now);
      shape.lanes.put(survey, lane);
    }
    int slot =
        slots.allocate(
            ticket.job(),
            ticket.order(),
            ticket.queuedAt().toEpochMilli(),
            ticket.affinity(),
            ticket.resources(),
            lane);
    lane.add(slot);
    if (shape.witness != null && lane.size() == 1) {
      lane.group.list(lane);
    } else if (shape.witness != null) {
      lane.group.refresh(lane);
    }
    arrivals++;
  }

  private Shape shapeOf(JobTicket ticket) {
    Shape.Key exact = new Shape.Key(ticket.role(), ticket.priority(), ticket.resources());
    Shape shape = shapes.get(exact);
    if (shape != null && !shape.rounded) {
      return shape;
    }
    if (list.size() < exactShapes) {
      return shape != null ? shape : list(exact, false);
    }
    Shape.Key up =
        new Shape.Key(
            ticket.role(), ticket.priority(), Rounding.up(ticket.resources(), cluster.smallest()));
    Shape known = shapes.get(up);
    if (known == null) {
      known = list(up, true);
    }
    return known.witness != null ? known : clipped(exact, known);
  }

  /**
   * Limits the rounding to what a node has that could hold the job: rounding alone must not make a
   * job unplaceable.
   */
  private Shape clipped(Shape.Key exact, Shape rounded) {
    Optional<Resources> node = cluster.largeEnough(exact);
    if (node.isEmpty()) {
      return rounded;
    }
    Resources up = rounded.key.resources();
    Resources most =
        up.withMemory(Math.min(up.memory(), node.get().memory()))
            .withDisk(Math.min(up.disk(), node.get().disk()));
    if (rounded.lanes.isEmpty()) {
      drop(rounded);
    }
    Shape.Key key = new Shape.Key(exact.role(), exact.priority(), most);
    Shape known = shapes.get(key);
    return known != null ? known : list(key, true);
  }

  private Shape list(Shape.Key key, boolean rounded) {
    Shape shape = cluster.shape(key);
    shape.rounded = rounded;
    weigh(shape);
    Resources smallest = cluster.smallest();
    shape.leastMemory = Math.max(0, shape.memory - Rounding.memoryStep(shape.memory, smallest));
    shape.leastDisk = Math.max(0, shape.disk - Rounding.diskStep(shape.disk, smallest));
    shape.index = list.size();
    shape.number = freeNumbers.isEmpty() ? numbered++ : freeNumbers.pop();
    list.add(shape);
    shapes.put(key, shape);
    return shape;
  }

  private void weigh(Shape shape) {
    if (policy.order().weighs()) {
      shape.weight = shape.dominantPart(cluster.largest());
    }
  }

  /** Recomputes the weights of all shapes; call after a change of the largest node. */
  void weighAll() {
    for (Shape shape : list) {
      weigh(shape);
      if (shape.witness != null) {
        shape.lanes.values().forEach(lane -> lane.group.refresh(lane));
      }
    }
  }

  /** A bound: every {@link Shape#number} is smaller. */
  int numbers() {
    return numbered;
  }

  /**
   * Takes a shape's jobs out and adds them again, so that their requests are rounded for the
   * present nodes.
   */
  void reshape(Shape shape) {
    List<JobTicket> tickets = new ArrayList<>();
    for (Lane lane : shape.lanes.values()) {
      for (int i = 0; i < lane.size(); i++) {
        tickets.add(ticket(lane.slot(i)));
      }
    }
    for (JobTicket ticket : tickets) {
      remove(slots.find(ticket.job()));
    }
    tickets.forEach(ticket -> add(ticket, 0));
  }

  private Group group(SurveyShare survey, int priority) {
    for (Group group : survey.groups) {
      if (group.band.priority == priority) {
        return group;
      }
    }
    Band band = bands.computeIfAbsent(priority, Band::new);
    Group group = new Group(survey, band, policy.order().ends(), slots);
    survey.groups.add(group);
    group.band.add(group);
    return group;
  }

  /** Takes a job out of the queue. */
  JobTicket remove(int slot) {
    JobTicket ticket = ticket(slot);
    Lane lane = slots.lane(slot);
    lane.remove(slot);
    slots.free(slot);
    if (lane.size() == 0) {
      if (lane.shape.witness != null) {
        lane.group.unlist(lane);
      }
      drop(lane);
    } else if (lane.shape.witness != null) {
      lane.group.refresh(lane);
    }
    return ticket;
  }

  private void drop(Lane lane) {
    Group group = lane.group;
    lane.shape.lanes.remove(group.survey);
    if (lane.shape.lanes.isEmpty()) {
      drop(lane.shape);
    }
    if (--group.laneCount == 0) {
      group.band.remove(group);
      if (group.band.groups.isEmpty()) {
        bands.remove(group.band.priority);
      }
      group.survey.groups.remove(group);
      forget(group.survey);
    }
  }

  private void drop(Shape shape) {
    shapes.remove(shape.key);
    freeNumbers.push(shape.number);
    Shape last = list.removeLast();
    if (last != shape) {
      list.set(shape.index, last);
      last.index = shape.index;
    }
  }

  void forget(SurveyShare survey) {
    if (survey.groups.isEmpty() && survey.leases == 0) {
      surveys.remove(survey.name);
    }
  }

  /** The ticket with which the job was queued; its queue time in milliseconds. */
  JobTicket ticket(int slot) {
    Lane lane = slots.lane(slot);
    return new JobTicket(
        slots.id(slot),
        lane.shape.key.role(),
        lane.group.survey.name,
        lane.shape.key.priority(),
        slots.order(slot),
        needs(slot, lane.shape.key.resources()),
        slots.affinity(slot),
        Instant.ofEpochMilli(slots.queuedAt(slot)));
  }

  private Resources needs(int slot, Resources shape) {
    long memory = slots.memory(slot);
    long disk = slots.disk(slot);
    return memory == shape.memory() && disk == shape.disk()
        ? shape
        : new Resources(shape.cpu(), memory, disk, shape.tokens());
  }

  /**
   * Sets the shape's witness, and lists or unlists its lanes when that makes it placeable or
   * unplaceable.
   *
   * @param witness null when no node could hold the shape
   */
  void placeable(Shape shape, Bin witness) {
    boolean was = shape.witness != null;
    boolean is = witness != null;
    if (was && !is) {
      shape.lanes.values().forEach(lane -> lane.group.unlist(lane));
    }
    shape.witness = witness;
    if (!was && is) {
      shape.lanes.values().forEach(lane -> lane.group.list(lane));
    }
  }

  /** Call after a change of the survey's share or turn. */
  void reposition(SurveyShare survey) {
    for (int i = 0; i < survey.groups.size(); i++) {
      Group group = survey.groups.get(i);
      group.band.reposition(group);
    }
  }

  /** Recomputes every share; call after a change of the cluster's totals. */
  void rateAll(long cpu, long memory, long disk) {
    surveys.values().forEach(survey -> survey.rate(cpu, memory, disk));
    bands.values().forEach(Band::sort);
  }

  boolean contains(JobId job) {
    return slots.find(job) >= 0;
  }

  void sanityCheck() {
    int total = 0;
    Set<Lane> lanes = new HashSet<>();
    for (Shape shape : list) {
      Checks.that(shapes.get(shape.key) == shape && list.get(shape.index) == shape, "shape index");
      Checks.that(!shape.lanes.isEmpty(), "shape without jobs");
      for (Lane lane : shape.lanes.values()) {
        lane.sanityCheck();
        total += lane.size();
        lanes.add(lane);
        Checks.that(lane.group.isListed(lane) == (shape.witness != null), "lane is listed");
      }
    }
    Checks.that(total == slots.size(), "number of queued jobs");
    Checks.that(shapes.size() == list.size(), "number of shapes");
    for (Band band : bands.values()) {
      band.sanityCheck();
      for (Group group : band.groups) {
        group.forEach(lane -> Checks.that(lanes.contains(lane), "lane of the group exists"));
        long own = lanes.stream().filter(lane -> lane.group == group).count();
        Checks.that(own == group.laneCount, "number of lanes");
        Checks.that(group.survey.groups.contains(group), "group of the survey");
      }
    }
  }
}
