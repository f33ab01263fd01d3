package refinery.cluster;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides whether a node may join a cluster, and through which nodes. Pure. There must be only one
 * cluster on a database. So while other nodes are alive there, a node joins them and never begins a
 * cluster of its own, even if it was told to. (Akka's first seed node begins one when it reaches
 * nobody, and on a cut network both sides would.)
 */
public final class Admission {
  private Admission() {}

  /** How a node was told to find the others. */
  public sealed interface Plan {
    /** By the addresses of nodes, HOST:PORT. They may include the node itself. */
    record Seeds(List<String> addresses) implements Plan {
      public Seeds {
        addresses = List.copyOf(addresses);
      }
    }

    record Discovery() implements Plan {}

    record Alone() implements Plan {}
  }

  /** What the node does now. */
  public sealed interface Verdict {
    record Join(List<String> addresses) implements Verdict {
      public Join {
        addresses = List.copyOf(addresses);
      }
    }

    record Begin() implements Verdict {}

    record Discover() implements Verdict {}

    /** The node must wait; {@code why} is a sentence without its full stop. */
    record Wait(String why) implements Verdict {}
  }

  /**
   * @param others nodes that are alive by the database's clock, without this node's own address
   * @param clockAhead how far this machine's clock is ahead of the database's; negative: behind
   */
  public record Observed(List<Presence> others, Duration clockAhead) {
    public Observed {
      others = List.copyOf(others);
    }
  }

  /**
   * @param self this node
   * @param tolerance by how much this machine's clock may differ from the database's
   */
  public static Verdict decide(Presence self, Plan plan, Observed seen, Duration tolerance) {
    if (seen.clockAhead().abs().compareTo(tolerance) > 0) {
      return new Verdict.Wait(clock(seen.clockAhead(), tolerance));
    }
    for (Presence other : seen.others()) {
      if (!other.cluster().equals(self.cluster())) {
        return new Verdict.Wait(
            "the database is in use by the cluster '%s' (%s), and refinery.cluster.name is '%s' here"
                .formatted(other.cluster(), other.address(), self.cluster()));
      }
      if (!self.understands(other)) {
        return new Verdict.Wait(
            "%s runs Refinery %s and this is %s: nodes of one cluster share major and minor version"
                .formatted(other.address(), other.version(), self.version()));
      }
    }
    List<String> alive = seen.others().stream().map(Presence::address).toList();
    return switch (plan) {
      case Plan.Alone alone ->
          alive.isEmpty() ? new Verdict.Begin() : new Verdict.Wait(inUse(alive));
      case Plan.Discovery discovery ->
          alive.isEmpty() ? new Verdict.Discover() : new Verdict.Join(alive);
      case Plan.Seeds seeds -> new Verdict.Join(seeds(self, seeds.addresses(), alive));
    };
  }

  private static List<String> seeds(Presence self, List<String> told, List<String> alive) {
    if (alive.isEmpty()) {
      return told;
    }
    Set<String> others = new LinkedHashSet<>(told);
    others.remove(self.address());
    others.addAll(alive);
    return List.copyOf(others);
  }

  private static String clock(Duration ahead, Duration tolerance) {
    return "this machine's clock is %d s %s the database's, and %d s are tolerated (%s); set it"
        .formatted(
            ahead.abs().toSeconds(),
            ahead.isNegative() ? "behind" : "ahead of",
            tolerance.toSeconds(),
            "refinery.cluster.clock-tolerance");
  }

  private static String inUse(List<String> alive) {
    return "the database is in use by the cluster of %s; give --join %s, or wait until it has ended"
        .formatted(alive.stream().collect(Collectors.joining(", ")), alive.getFirst());
  }
}
