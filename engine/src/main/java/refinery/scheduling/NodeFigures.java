package refinery.scheduling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import refinery.protocol.NodeId;
import refinery.protocol.scheduling.AttemptFigures;
import refinery.protocol.scheduling.HostFigures;
import refinery.protocol.scheduling.SchedulerCommand;

/**
 * What the nodes last said of hosts and of their attempts, for people. Nothing is stored, and
 * nothing is decided by it. Not thread-safe.
 */
final class NodeFigures {
  /** After this long without news, what a node said of the present is no longer shown. */
  private static final Duration FRESH = Duration.ofSeconds(30);

  private final Map<NodeId, Said> byNode = new TreeMap<>();

  private record Said(SchedulerCommand.Figures figures, Instant at) {}

  /** One node's part of what is known of a host. */
  record OfNode(NodeId node, HostFigures figures) {}

  void take(SchedulerCommand.Figures figures, Instant now) {
    Said known = byNode.get(figures.node());
    if (known == null || known.figures.incarnation() <= figures.incarnation()) {
      byNode.put(figures.node(), new Said(figures, now));
    }
  }

  /** Forgets the nodes that are not among these. */
  void keep(Collection<NodeId> nodes) {
    byNode.keySet().retainAll(nodes);
  }

  /** By host, what each node has counted. */
  Map<String, List<OfNode>> hosts(Instant now) {
    Map<String, List<OfNode>> hosts = new TreeMap<>();
    byNode.forEach(
        (node, said) ->
            said.figures
                .hosts()
                .forEach(
                    host ->
                        hosts
                            .computeIfAbsent(host.host(), name -> new ArrayList<>())
                            .add(new OfNode(node, isFresh(said, now) ? host : past(host)))));
    return hosts;
  }

  /** What the attempts of a node use, by assignment; empty when it was not heard for a while. */
  Map<Assigned.Key, AttemptFigures> attempts(NodeId node, Instant now) {
    Map<Assigned.Key, AttemptFigures> attempts = new HashMap<>();
    Optional.ofNullable(byNode.get(node))
        .filter(said -> isFresh(said, now))
        .ifPresent(
            said ->
                said.figures
                    .attempts()
                    .forEach(
                        one -> attempts.put(new Assigned.Key(one.epoch(), one.assignment()), one)));
    return attempts;
  }

  private static boolean isFresh(Said said, Instant now) {
    return now.isBefore(said.at.plus(FRESH));
  }

  private static HostFigures past(HostFigures host) {
    return new HostFigures(
        host.host(),
        host.archive(),
        host.since(),
        0,
        0,
        0,
        host.transferSpeed(),
        host.bytes(),
        host.files(),
        host.troubles(),
        host.fallbacks());
  }
}
