package refinery.scheduling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/**
 * The queued jobs: by id, by shape, and in the order in which they are served (priority, fair
 * share, the survey's order, queue time). Knows nothing of free resources.
 */
final class Backlog {
  /** Beyond so many shapes, requests are rounded up, so that the cost of a pass stays bounded. */
  private static final int EXACT_SHAPES = 512;

  private final PackingPolicy policy;
  private final JobSlots slots = new JobSlots();
  private final Map<Shape.Key, Shape> shapes = new HashMap<>();
  private final List<Shape> list = new ArrayList<>();
  private final Map<String, Survey> surveys = new HashMap<>();
  private final Map<Integer, Band> bands = new TreeMap<>(Comparator.reverseOrder());
  private final Function<Shape.Key, Shape> newShape;

  /** Raised by every job that joins; a pass that saw this number has nothing new to look at. */
  private long arrivals;

  Backlog(PackingPolicy policy, Function<Shape.Key, Shape> newShape) {
    this.policy = policy;
    this.newShape = newShape;
  }

  JobSlots slots() {
    return slots;
  }

  /** Shapes with queued jobs. */
  List<Shape> shapes() {
    return list;
  }

  Collection<Band> bands() {
    return bands.values();
  }

  Collection<Survey> surveys() {
    return surveys.values();
  }

  Survey survey(String name) {
    return surveys.computeIfAbsent(name, key -> new Survey(key, policy.weight(key)));
  }

  long arrivals() {
    return arrivals;
  }

  void add(JobTicket ticket, Resources largest, long now) {
    Shape shape = shapeOf(ticket, largest);
    Survey survey = survey(ticket.survey());
    Lane lane = shape.lanes.get(survey);
    if (lane == null) {
      Group group = group(survey, ticket.priority());
      group.laneCount++;
      lane = new Lane(shape, group, slots, now);
      shape.lanes.put(survey, lane);
    }
    boolean listed = shape.witness != null;
    long order = order(ticket.order());
    int slot =
        slots.allocate(
            ticket.job(), order, ticket.queuedAt().toEpochMilli(), ticket.affinity(), lane);
    boolean first = lane.size() == 0;
    boolean ahead = !first && slots.compare(slot, lane.head()) < 0;
    if (ahead && listed) {
      lane.group.unlist(lane);
    }
    lane.add(slot);
    if ((first || ahead) && listed) {
      lane.group.list(lane);
    }
    arrivals++;
  }

  private Shape shapeOf(JobTicket ticket, Resources largest) {
    Shape.Key exact = new Shape.Key(ticket.role(), ticket.priority(), ticket.resources());
    Shape shape = shapes.get(exact);
    if (shape != null) {
      return shape;
    }
    Shape.Key key = exact;
    if (list.size() >= EXACT_SHAPES) {
      Resources rounded = Rounding.up(ticket.resources());
      if (rounded.fits(largest)) {
        key = new Shape.Key(ticket.role(), ticket.priority(), rounded);
      }
    }
    return shapes.computeIfAbsent(key, this::list);
  }

  private Shape list(Shape.Key key) {
    Shape shape = newShape.apply(key);
    shape.index = list.size();
    list.add(shape);
    return shape;
  }

  private Group group(Survey survey, int priority) {
    for (Group group : survey.groups) {
      if (group.priority == priority) {
        return group;
      }
    }
    Group group = new Group(survey, priority, slots);
    survey.groups.add(group);
    bands.computeIfAbsent(priority, Band::new).add(group);
    return group;
  }

  /** Takes a job out. */
  JobTicket remove(int slot) {
    JobTicket ticket = ticket(slot);
    Lane lane = slots.lane(slot);
    boolean listed = lane.shape.witness != null;
    boolean wasHead = lane.head() == slot;
    if (wasHead && listed) {
      lane.group.unlist(lane);
    }
    lane.remove(slot);
    slots.free(slot);
    if (lane.size() == 0) {
      drop(lane);
    } else if (wasHead && listed) {
      lane.group.list(lane);
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
      Band band = bands.get(group.priority);
      band.remove(group);
      if (band.groups.isEmpty()) {
        bands.remove(group.priority);
      }
      group.survey.groups.remove(group);
      forget(group.survey);
    }
  }

  private void drop(Shape shape) {
    shapes.remove(shape.key);
    Shape last = list.removeLast();
    if (last != shape) {
      list.set(shape.index, last);
      last.index = shape.index;
    }
  }

  void forget(Survey survey) {
    if (survey.groups.isEmpty() && survey.leases == 0) {
      surveys.remove(survey.name);
    }
  }

  /** What was lost with its node had its turn already and comes first, whatever the order. */
  private long order(long announced) {
    if (announced == JobTicket.FIRST) {
      return Long.MIN_VALUE;
    }
    return policy.largestFirst() ? -announced : announced;
  }

  private long announced(long order) {
    if (order == Long.MIN_VALUE) {
      return JobTicket.FIRST;
    }
    return policy.largestFirst() ? -order : order;
  }

  /** The job as it was announced, with the resources of its shape. */
  JobTicket ticket(int slot) {
    Lane lane = slots.lane(slot);
    long order = announced(slots.order(slot));
    return new JobTicket(
        slots.id(slot),
        lane.shape.key.role(),
        lane.group.survey.name,
        lane.shape.key.priority(),
        order,
        lane.shape.key.resources(),
        slots.affinity(slot),
        Instant.ofEpochMilli(slots.queuedAt(slot)));
  }

  /** Lists or unlists a shape's lanes when it becomes placeable or ceases to be. */
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

  /** Changes what decides a survey's place among its equals. */
  void reposition(Survey survey, Runnable change) {
    for (Group group : survey.groups) {
      bands.get(group.priority).remove(group);
    }
    change.run();
    for (Group group : survey.groups) {
      bands.get(group.priority).add(group);
    }
  }

  /** After a change of the cluster's totals: every share changes. */
  void rateAll(long cpu, long memory, long disk) {
    surveys.values().forEach(survey -> survey.rate(cpu, memory, disk));
    for (Band band : bands.values()) {
      band.groups.sort((left, right) -> left.survey.compareTo(right.survey));
    }
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
        Checks.that(lane.group.lanes.contains(lane) == (shape.witness != null), "lane is listed");
      }
    }
    Checks.that(total == slots.size(), "number of queued jobs");
    Checks.that(shapes.size() == list.size(), "number of shapes");
    for (Band band : bands.values()) {
      band.sanityCheck();
      for (Group group : band.groups) {
        Checks.that(lanes.containsAll(group.lanes), "lanes of the group exist");
        long own = lanes.stream().filter(lane -> lane.group == group).count();
        Checks.that(own == group.laneCount, "number of lanes");
        Checks.that(group.survey.groups.contains(group), "group of the survey");
      }
    }
  }
}
