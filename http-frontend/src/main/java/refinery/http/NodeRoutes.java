package refinery.http;

import akka.actor.typed.ActorRef;
import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.protocol.NodeId;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.InvalidCursor;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.SchedulerReply;

/** Routes of nodes, as the scheduler sees them. */
final class NodeRoutes {
  private final SchedulerQueries scheduler;

  NodeRoutes(SchedulerQueries scheduler) {
    this.scheduler = scheduler;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/api/v1/nodes", Lists.PAGING, this::list),
        Endpoint.get(
            "/api/v1/nodes/{id}",
            exchange -> node(exchange.id("node", NodeId::of)).thenApply(Responses::ok)),
        Endpoint.action(
            "/api/v1/nodes/{id}/drain",
            exchange ->
                act(
                    exchange,
                    (id, replyTo) -> new SchedulerCommand.Drain(id, exchange.by(), replyTo))),
        Endpoint.action(
            "/api/v1/nodes/{id}/undrain",
            exchange ->
                act(
                    exchange,
                    (id, replyTo) -> new SchedulerCommand.Undrain(id, exchange.by(), replyTo))));
  }

  /** Lists nodes by their ids; the cursor is the last id of the page before. */
  private CompletionStage<HttpResponse> list(Exchange exchange) {
    Filter filter = Lists.filter(exchange, Map.of());
    String after = filter.cursor().map(NodeRoutes::cursor).orElse("");
    return nodes()
        .thenApply(
            nodes -> {
              List<JsonNode> rest =
                  nodes.stream().filter(node -> id(node).compareTo(after) > 0).toList();
              List<JsonNode> items = rest.stream().limit(filter.limit()).toList();
              Optional<String> next =
                  rest.size() > items.size() ? Optional.of(id(items.getLast())) : Optional.empty();
              return Responses.ok(new Page<>(items, next));
            });
  }

  private static String cursor(String text) {
    try {
      return NodeId.of(text).value();
    } catch (IllegalArgumentException e) {
      throw new InvalidCursor(text);
    }
  }

  private CompletionStage<HttpResponse> act(
      Exchange exchange,
      java.util.function.BiFunction<NodeId, ActorRef<SchedulerReply>, SchedulerCommand> command) {
    exchange.requireEmptyBody();
    NodeId id = exchange.id("node", NodeId::of);
    Function<ActorRef<SchedulerReply>, SchedulerCommand> made =
        replyTo -> command.apply(id, replyTo);
    return scheduler
        .ask(made)
        .thenCompose(
            reply ->
                switch (reply) {
                  case SchedulerReply.Done done -> node(id).thenApply(Responses::ok);
                  case SchedulerReply.UnknownNode unknown ->
                      throw Problem.notFound("node", unknown.node().value());
                  case SchedulerReply.Located other ->
                      throw new IllegalStateException("unexpected reply " + other);
                  case SchedulerReply.Snapshot other ->
                      throw new IllegalStateException("unexpected reply " + other);
                });
  }

  private CompletionStage<JsonNode> node(NodeId id) {
    return nodes()
        .thenApply(
            nodes ->
                nodes.stream()
                    .filter(node -> id(node).equals(id.value()))
                    .findFirst()
                    .orElseThrow(() -> Problem.notFound("node", id.value())));
  }

  private CompletionStage<List<JsonNode>> nodes() {
    return scheduler
        .describe()
        .thenApply(
            state -> {
              List<JsonNode> nodes = new ArrayList<>();
              state.path("nodes").forEach(nodes::add);
              nodes.sort(Comparator.comparing(NodeRoutes::id));
              return nodes;
            });
  }

  private static String id(JsonNode node) {
    return node.path("id").asText();
  }
}
