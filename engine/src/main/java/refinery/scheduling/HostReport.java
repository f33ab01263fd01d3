package refinery.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import refinery.protocol.Json;
import refinery.protocol.scheduling.HostFigures;
import refinery.protocol.scheduling.HostFigures.Fallback;
import refinery.protocol.scheduling.HostFigures.Troubles;
import refinery.scheduling.NodeFigures.OfNode;

/**
 * Shows the hosts that the cluster asks: what the scheduler knows of each, the tokens of its
 * archive, and the sums of what the nodes count. Pure.
 */
final class HostReport {
  private static final int MOST_FALLBACKS = 20;

  private final Map<String, Host.View> asked;
  private final Map<String, List<OfNode>> counted;
  private final Map<String, PackingView.TokenView> tokens;
  private final Instant now;

  HostReport(
      List<Host.View> asked,
      Map<String, List<OfNode>> counted,
      Map<String, PackingView.TokenView> tokens,
      Instant now) {
    this.asked = asked.stream().collect(Collectors.toMap(Host.View::host, host -> host));
    this.counted = counted;
    this.tokens = tokens;
    this.now = now;
  }

  /**
   * @param begun when this scheduler began, from which on it counts requests
   */
  JsonNode json(Optional<Instant> begun) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("at", now.toString());
    json.put("requests_counted_since", begun.map(Instant::toString).orElse(null));
    ArrayNode hosts = json.putArray("hosts");
    TreeSet<String> names = new TreeSet<>(asked.keySet());
    names.addAll(counted.keySet());
    names.forEach(name -> hosts.add(host(name)));
    return json;
  }

  private ObjectNode host(String name) {
    List<OfNode> nodes = counted.getOrDefault(name, List.of());
    String archive = archive(name, nodes);
    ObjectNode host = Json.MAPPER.valueToTree(view(name, archive));
    host.put("archive", archive);
    host.set("token", token("net:" + archive));
    host.put("in_flight", nodes.stream().mapToInt(one -> one.figures().inFlight()).sum());
    host.put("bytes_per_second", sum(nodes, HostFigures::bytesPerSecond));
    host.put("bytes_per_second_lately", sum(nodes, HostFigures::bytesPerSecondLately));
    host.put("bytes", sum(nodes, HostFigures::bytes));
    host.put("files", sum(nodes, HostFigures::files));
    Troubles troubles =
        nodes.stream().map(one -> one.figures().troubles()).reduce(Troubles.NONE, Troubles::plus);
    host.put("stalls", troubles.stalls());
    host.put("corrupt", troubles.corrupt());
    host.put("unanswered", troubles.unanswered());
    host.put("absent", troubles.absent());
    host.put(
        "counted_since",
        nodes.stream()
            .map(one -> one.figures().since())
            .min(Instant::compareTo)
            .map(Instant::toString)
            .orElse(null));
    host.set("fallbacks", Json.MAPPER.valueToTree(fallbacks(nodes)));
    host.set("nodes", perNode(nodes));
    return host;
  }

  /** A host that this scheduler was not asked about is in order as far as it knows. */
  private Host.View view(String name, String archive) {
    return Optional.ofNullable(asked.get(name))
        .orElseGet(
            () ->
                new Host.View(
                    name, archive, "answers", 0, Optional.empty(), Optional.empty(), "", 0, 0, 0));
  }

  /** Of all hosts of the archive together; null if no job asked for it yet. */
  private JsonNode token(String name) {
    PackingView.TokenView token = tokens.get(name);
    if (token == null) {
      return Json.MAPPER.nullNode();
    }
    return Json.MAPPER
        .createObjectNode()
        .put("name", name)
        .put("limit", token.limit())
        .put("taken", token.taken());
  }

  private String archive(String name, List<OfNode> nodes) {
    return Optional.ofNullable(asked.get(name))
        .map(Host.View::archive)
        .filter(known -> !known.isEmpty())
        .or(() -> nodes.stream().map(one -> one.figures().archive()).findFirst())
        .orElse("");
  }

  private static long sum(
      List<OfNode> nodes, java.util.function.ToLongFunction<HostFigures> figure) {
    return nodes.stream().mapToLong(one -> figure.applyAsLong(one.figures())).sum();
  }

  /** Those of all nodes, added up by place and reason, the most frequent first. */
  private static List<Fallback> fallbacks(List<OfNode> nodes) {
    Map<String, Fallback> sums = new TreeMap<>();
    for (OfNode node : nodes) {
      for (Fallback one : node.figures().fallbacks()) {
        sums.merge(one.to() + " " + one.reason(), one, HostReport::added);
      }
    }
    return sums.values().stream()
        .sorted((a, b) -> Long.compare(b.count(), a.count()))
        .limit(MOST_FALLBACKS)
        .toList();
  }

  private static Fallback added(Fallback one, Fallback other) {
    Fallback later = other.lastAt().isAfter(one.lastAt()) ? other : one;
    return new Fallback(
        one.to(), one.reason(), one.count() + other.count(), later.last(), later.lastAt());
  }

  private static ArrayNode perNode(List<OfNode> nodes) {
    ArrayNode all = Json.MAPPER.createArrayNode();
    for (OfNode one : nodes) {
      HostFigures figures = one.figures();
      ObjectNode node = all.addObject();
      node.put("node", one.node().value());
      node.put("in_flight", figures.inFlight());
      node.put("bytes_per_second", figures.bytesPerSecond());
      if (figures.transferSpeed().isPresent()) {
        node.put("transfer_speed", figures.transferSpeed().getAsLong());
      } else {
        node.putNull("transfer_speed");
      }
      node.put("bytes", figures.bytes());
      node.put("since", figures.since().toString());
    }
    return all;
  }
}
