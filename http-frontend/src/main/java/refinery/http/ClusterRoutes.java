package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.http.ClusterDirectory.Member;
import refinery.http.ClusterDirectory.Region;
import refinery.protocol.EntityKind;
import refinery.protocol.Json;

/** The route of the cluster: its members, what runs where, and what is still recovering. */
final class ClusterRoutes {
  /** Runs what there is once in a cluster, on the oldest member with it. */
  private static final String CONTROL = "control";

  private static final List<String> SINGLETONS = List.of("scheduler", "foreman", "notifier");

  private final ClusterDirectory cluster;
  private final SchedulerQueries scheduler;
  private final Repeated<List<Shards>> shards;

  /**
   * Where the shards of a kind lie.
   *
   * @param regions empty when nothing answered
   */
  private record Shards(EntityKind kind, Optional<List<Region>> regions) {}

  /**
   * @param keep for how long the places of shards are shown again, since all nodes are asked
   */
  ClusterRoutes(ClusterDirectory cluster, SchedulerQueries scheduler, Duration keep) {
    this.cluster = cluster;
    this.scheduler = scheduler;
    this.shards = new Repeated<>(keep, this::askAll);
  }

  List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/api/v1/cluster", exchange -> show()));
  }

  private CompletionStage<HttpResponse> show() {
    CompletionStage<Optional<JsonNode>> state =
        scheduler
            .ask(refinery.protocol.scheduling.SchedulerCommand.DescribeNodes::new)
            .thenApply(reply -> Optional.of(SchedulerQueries.state(reply)))
            .exceptionally(silent -> Optional.empty());
    return state.thenCombine(
        shards.get(), (known, places) -> Responses.ok(describe(cluster.members(), known, places)));
  }

  private CompletionStage<List<Shards>> askAll() {
    List<CompletableFuture<Shards>> asked = new ArrayList<>();
    for (EntityKind kind : EntityKind.values()) {
      asked.add(
          cluster
              .regions(kind)
              .thenApply(regions -> new Shards(kind, Optional.of(regions)))
              .exceptionally(silent -> new Shards(kind, Optional.empty()))
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(done -> asked.stream().map(CompletableFuture::join).toList());
  }

  private static ObjectNode describe(
      List<Member> members, Optional<JsonNode> scheduler, List<Shards> shards) {
    Map<String, String> ids = new HashMap<>();
    scheduler.ifPresent(
        state ->
            state
                .path("nodes")
                .forEach(node -> ids.put(node.path("address").asText(), node.path("id").asText())));
    ObjectNode body = Json.MAPPER.createObjectNode();
    Optional<Member> oldest =
        members.stream()
            .filter(one -> one.roles().contains(CONTROL) && one.status().equals("up"))
            .findFirst();
    body.set("members", members(members, oldest, ids));
    ArrayNode singletons = body.putArray("singletons");
    for (String name : SINGLETONS) {
      ObjectNode one = singletons.addObject().put("name", name);
      one.put("address", oldest.map(Member::address).orElse(null));
      one.put("node", oldest.map(member -> ids.get(member.address())).orElse(null));
    }
    ArrayNode kinds = body.putArray("shards");
    shards.forEach(kind -> kinds.add(shards(kind, ids)));
    List<String> recovering = recovering(members, scheduler, shards);
    body.putObject("recovery")
        .put("in_progress", !recovering.isEmpty())
        .set("reasons", Json.MAPPER.valueToTree(recovering));
    return body;
  }

  private static ArrayNode members(
      List<Member> members, Optional<Member> oldest, Map<String, String> ids) {
    ArrayNode all = Json.MAPPER.createArrayNode();
    for (int place = 0; place < members.size(); place++) {
      Member member = members.get(place);
      ObjectNode one = all.addObject();
      one.put("address", member.address()).put("node", ids.get(member.address()));
      one.put("status", member.status()).put("reachable", member.reachable());
      one.put("age_rank", place + 1).put("leader", member.leader()).put("self", member.self());
      one.set("roles", Json.MAPPER.valueToTree(member.roles()));
      one.set(
          "singletons",
          Json.MAPPER.valueToTree(
              oldest.filter(member::equals).isPresent() ? SINGLETONS : List.of()));
    }
    return all;
  }

  private static ObjectNode shards(Shards shards, Map<String, String> ids) {
    ObjectNode kind = Json.MAPPER.createObjectNode().put("type", shards.kind().word());
    List<Region> regions = shards.regions().orElse(List.of());
    kind.put("answered", shards.regions().isPresent());
    kind.put("shards", regions.stream().mapToInt(Region::shards).sum());
    kind.put("entities", regions.stream().mapToLong(Region::entities).sum());
    kind.put("unanswered", regions.stream().mapToInt(Region::unanswered).sum());
    ArrayNode places = kind.putArray("regions");
    for (Region region : regions) {
      places
          .addObject()
          .put("address", region.address())
          .put("node", ids.get(region.address()))
          .put("shards", region.shards())
          .put("entities", region.entities());
    }
    return kind;
  }

  private static List<String> recovering(
      List<Member> members, Optional<JsonNode> scheduler, List<Shards> shards) {
    List<String> reasons = new ArrayList<>();
    for (Member member : members) {
      if (!member.reachable()) {
        reasons.add(member.address() + " cannot be reached");
      } else if (!member.status().equals("up")) {
        reasons.add(member.address() + " is " + member.status());
      }
    }
    if (scheduler.isEmpty()) {
      reasons.add("the scheduler does not answer");
    } else if (scheduler.get().path("in_doubt").asBoolean()) {
      reasons.add("the scheduler has just started and waits for the nodes to report what they run");
    }
    shards.stream()
        .filter(kind -> kind.regions().isEmpty())
        .forEach(
            kind -> reasons.add("no answer where the shards of " + kind.kind().word() + " lie"));
    return reasons;
  }
}
