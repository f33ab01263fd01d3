package refinery.job;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import refinery.protocol.NodeId;

/**
 * The nodes that ended while this job ran, in a row. An attempt that ends in any other way resets
 * them to {@link #NONE}.
 *
 * @param atStart how many ended within one heartbeat of an attempt's start
 * @param later how many ended later than that
 * @param last the last {@value #NAMED} nodes, oldest first
 */
record NodeDeaths(int atStart, int later, List<NodeId> last) {
  static final NodeDeaths NONE = new NodeDeaths(0, 0, List.of());
  private static final int NAMED = 3;

  NodeDeaths {
    last = List.copyOf(last);
  }

  NodeDeaths plus(NodeId node, boolean whenItStarted) {
    List<NodeId> named = new ArrayList<>(last);
    named.add(node);
    return new NodeDeaths(
        atStart + (whenItStarted ? 1 : 0),
        later + (whenItStarted ? 0 : 1),
        named.subList(Math.max(0, named.size() - NAMED), named.size()));
  }

  int all() {
    return atStart + later;
  }

  /** A sentence for a person, without its subject, which is the job. */
  String words() {
    return "ended %d nodes: each time the node ended %s this job began; the last were %s"
        .formatted(
            all(),
            later == 0 ? "as" : "after",
            last.stream().map(NodeId::value).collect(Collectors.joining(", ")));
  }
}
