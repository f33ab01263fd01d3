package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says why a queued job waits, in words and numbers. */
final class Explanation {
  private static final int BINS_NAMED = 3;
  private static final int NODES_LISTED = 10;

  private final Backlog backlog;
  private final Nodes nodes;
  private final long now;

  Explanation(Backlog backlog, Nodes nodes, long now) {
    this.backlog = backlog;
    this.nodes = nodes;
    this.now = now;
  }

  Why of(int slot) {
    Lane lane = backlog.slots().lane(slot);
    Shape shape = lane.shape;
    return new Why(
        words(slot, lane),
        new Release(nodes, shape).ways(),
        queuedSeconds(slot),
        lane.before(slot),
        higher(shape),
        lane.group.survey.share,
        tokens(shape),
        nodes.all().stream()
            .filter(shape::fitsCapacity)
            .limit(NODES_LISTED)
            .map(Explanation::node)
            .toList());
  }

  private static List<Why.Token> tokens(Shape shape) {
    List<Why.Token> needed = new ArrayList<>();
    for (int i = 0; i < shape.tokens.size(); i++) {
      Tokens.Token token = shape.tokens.get(i);
      needed.add(
          new Why.Token(token.name(), token.taken(), token.limit(), shape.tokenCounts.get(i)));
    }
    return needed;
  }

  private static Why.Node node(Bin bin) {
    return new Why.Node(
        bin.id.value(),
        bin.freeCpu,
        bin.cpu,
        bin.freeMemory,
        bin.memory,
        bin.freeDisk,
        bin.disk,
        bin.refuses);
  }

  private long queuedSeconds(int slot) {
    return Math.max(0, (now - backlog.slots().queuedAt(slot)) / 1000);
  }

  private String words(int slot, Lane lane) {
    Shape shape = lane.shape;
    if (shape.witness == null) {
      return unplaceable(shape, nodes);
    }
    List<String> parts = new ArrayList<>();
    parts.add("needs " + request(shape) + " on a node with role '" + shape.key.role() + "'");
    parts.add("queued for " + queuedSeconds(slot) + " s");
    parts.add(obstacle(shape));
    if (lane.reserved != null) {
      parts.add("node " + lane.reserved.id + " is reserved for the first job of its kind");
    }
    parts.add(ahead(slot, lane));
    return String.join("; ", parts);
  }

  /** Why it fits no node now, or the node that it fits. */
  private String obstacle(Shape shape) {
    String missing = missingTokens(shape);
    if (!missing.isEmpty()) {
      return missing;
    }
    List<Bin> able = nodes.all().stream().filter(shape::fitsCapacity).toList();
    List<Bin> willing = able.stream().filter(Bin::takesWork).toList();
    List<Bin> fitting = willing.stream().filter(bin -> bin.fits(shape, 0)).toList();
    if (willing.isEmpty()) {
      return "every node that could hold it takes no work: "
          + able.stream()
              .limit(BINS_NAMED)
              .map(bin -> bin.id + " (" + bin.refuses + ")")
              .collect(Collectors.joining(", "));
    }
    if (fitting.isEmpty()) {
      return "fits none of "
          + willing.size()
          + (willing.size() == 1 ? " node" : " nodes")
          + " now: "
          + willing.stream()
              .limit(BINS_NAMED)
              .map(bin -> lacking(shape, bin))
              .collect(Collectors.joining("; "));
    }
    return "fits " + fitting.getFirst().id + " and is placed when its turn comes";
  }

  private String ahead(int slot, Lane lane) {
    return lane.before(slot)
        + " equal jobs of its survey and "
        + higher(lane.shape)
        + " jobs of higher priority than "
        + lane.shape.key.priority()
        + " are before it; its survey holds "
        + percent(lane.group.survey.share)
        + " of the cluster";
  }

  /** How many queued jobs have a higher priority. */
  private int higher(Shape than) {
    int higher = 0;
    for (Shape shape : backlog.shapes()) {
      higher += shape.key.priority() > than.key.priority() ? shape.queued() : 0;
    }
    return higher;
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f %%", part * 100);
  }

  private static String missingTokens(Shape shape) {
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < shape.tokens.size(); i++) {
      Tokens.Token token = shape.tokens.get(i);
      if (token.free() < shape.tokenCounts.get(i)) {
        missing.add(
            "waits for token "
                + token.name()
                + ": "
                + token.taken()
                + " of "
                + token.limit()
                + " taken, needs "
                + shape.tokenCounts.get(i));
      }
    }
    return String.join(", ", missing);
  }

  private static String lacking(Shape shape, Bin bin) {
    List<String> lacks = new ArrayList<>();
    if (shape.cpu > bin.freeCpu) {
      lacks.add("cpu " + cpu(bin.freeCpu) + " free of " + cpu(bin.cpu));
    }
    if (shape.memory > bin.freeMemory) {
      lacks.add("memory " + bytes(bin.freeMemory) + " free of " + bytes(bin.memory));
    }
    if (shape.disk > bin.freeDisk) {
      lacks.add("disk " + bytes(bin.freeDisk) + " free of " + bytes(bin.disk));
    }
    if (lacks.isEmpty() && bin.reservedFor != null) {
      lacks.add(
          "is held free for a larger job of survey '" + bin.reservedFor.group.survey.name + "'");
    }
    return bin.id + " has " + String.join(", ", lacks);
  }

  static String unplaceable(Shape shape, Nodes nodes) {
    for (int i = 0; i < shape.tokens.size(); i++) {
      Tokens.Token token = shape.tokens.get(i);
      if (token.limit() < shape.tokenCounts.get(i)) {
        return "needs "
            + shape.tokenCounts.get(i)
            + " of token "
            + token.name()
            + ", whose limit is "
            + token.limit()
            + ": raise the limit";
      }
    }
    List<Bin> ofRole =
        nodes.all().stream().filter(bin -> (bin.roles & shape.roleBit) != 0).toList();
    String needs = "needs " + request(shape) + " on a node with role '" + shape.key.role() + "'";
    if (ofRole.isEmpty()) {
      return needs + ", but no node has this role: start one with it";
    }
    long cpu = ofRole.stream().mapToLong(bin -> bin.cpu).max().orElse(0);
    long memory = ofRole.stream().mapToLong(bin -> bin.memory).max().orElse(0);
    long disk = ofRole.stream().mapToLong(bin -> bin.disk).max().orElse(0);
    boolean spread = shape.cpu <= cpu && shape.memory <= memory && shape.disk <= disk;
    return needs
        + ", but the largest of "
        + ofRole.size()
        + " such "
        + (ofRole.size() == 1 ? "node has " : "nodes have ")
        + amounts(cpu, memory, disk)
        + (spread ? " (not all on one node)" : "")
        + ": add a larger node or lower the request";
  }

  static String request(Shape shape) {
    String tokens =
        shape.key.resources().tokens().isEmpty()
            ? ""
            : ", tokens " + shape.key.resources().tokens();
    return amounts(shape.cpu, shape.memory, shape.disk) + tokens;
  }

  private static String amounts(long cpu, long memory, long disk) {
    return "cpu " + cpu(cpu) + ", memory " + bytes(memory) + ", disk " + bytes(disk);
  }

  static String cpu(long millicores) {
    return String.format(Locale.ROOT, "%.2f", millicores / 1000.0);
  }

  static String bytes(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double amount = bytes;
    int unit = 0;
    while (Math.abs(amount) >= 1024 && unit < units.length - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, units[unit]);
  }
}
