package refinery.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.protocol.NodeId;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.InvalidCursor;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AgentCommand.AgentReply;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.SchedulerReply;

/** Routes of nodes, as the scheduler sees them. */
final class NodeRoutes {
  private static final Set<String> LIST = Lists.parameters("jobs");
  private static final Duration LONGEST_DRAIN = Duration.ofDays(30);

  private final SchedulerQueries scheduler;
  private final AgentDirectory agents;
  private final DrainPreviews previews;
  private final ActorSystem<?> system;
  private final Duration timeout;

  NodeRoutes(
      ActorSystem<?> system,
      FrontendServices services,
      SchedulerQueries scheduler,
      Duration timeout) {
    this.system = system;
    this.scheduler = scheduler;
    this.agents = services.agents();
    this.previews = new DrainPreviews(services.readModel());
    this.timeout = timeout;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/api/v1/nodes", LIST, this::list),
        Endpoint.get(
            "/api/v1/nodes/{id}",
            exchange -> node(exchange.id("node", NodeId::of)).thenApply(Responses::ok)),
        Endpoint.get("/api/v1/nodes/{id}/live", this::live),
        Endpoint.get("/api/v1/nodes/{id}/drain-preview", this::preview),
        Endpoint.action("/api/v1/nodes/{id}/drain", this::drain),
        Endpoint.action("/api/v1/nodes/{id}/undrain", this::undrain));
  }

  private CompletionStage<HttpResponse> drain(Exchange exchange) {
    Fields fields = exchange.fields();
    Optional<Duration> within = fields.duration("deadline", LONGEST_DRAIN);
    fields.check();
    String words = exchange.body().path("deadline").asText();
    NodeId id = exchange.id("node", NodeId::of);
    return act(id, replyTo -> new SchedulerCommand.Drain(id, within, exchange.by(), replyTo))
        .thenApply(Responses::ok)
        .thenApply(
            response ->
                within
                    .map(time -> response.addAttribute(AuditTrail.DETAIL, "deadline in " + words))
                    .orElse(response));
  }

  private CompletionStage<HttpResponse> undrain(Exchange exchange) {
    exchange.requireEmptyBody();
    NodeId id = exchange.id("node", NodeId::of);
    return act(id, replyTo -> new SchedulerCommand.Undrain(id, exchange.by(), replyTo))
        .thenApply(Responses::ok);
  }

  /** Lists nodes by their ids; the cursor is the last id of the page before. */
  private CompletionStage<HttpResponse> list(Exchange exchange) {
    Filter filter = Lists.filter(exchange, Map.of("jobs", Lists.oneOf(List.of("true", "false"))));
    String after = filter.cursor().map(NodeRoutes::cursor).orElse("");
    boolean jobs = filter.values().getOrDefault("jobs", "false").equals("true");
    return nodes()
        .thenApply(
            nodes -> {
              List<JsonNode> rest =
                  nodes.stream().filter(node -> id(node).compareTo(after) > 0).toList();
              List<JsonNode> items = rest.stream().limit(filter.limit()).toList();
              if (!jobs) {
                items.forEach(node -> ((ObjectNode) node).remove("jobs"));
              }
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

  /** What the node's agent says of itself: attempts, process ids, memory, scratch. */
  private CompletionStage<HttpResponse> live(Exchange exchange) {
    NodeId id = exchange.id("node", NodeId::of);
    return agents
        .find(id)
        .thenCompose(
            agent ->
                AskPattern.<AgentCommand, AgentReply>ask(
                    agent.orElseThrow(() -> Problem.notFound("node", id.value())),
                    AgentCommand.Describe::new,
                    timeout,
                    system.scheduler()))
        .thenApply(
            reply ->
                switch (reply) {
                  case AgentReply.AgentState state -> Responses.ok(state.state());
                  case AgentReply.LogChunk other ->
                      throw new IllegalStateException("unexpected reply " + other.job());
                });
  }

  private CompletionStage<HttpResponse> preview(Exchange exchange) {
    NodeId id = exchange.id("node", NodeId::of);
    return scheduler
        .ask(replyTo -> new SchedulerCommand.PreviewDrain(id, replyTo))
        .thenCompose(
            reply ->
                switch (reply) {
                  case SchedulerReply.Snapshot preview -> previews.of(id, preview.state());
                  case SchedulerReply.UnknownNode unknown ->
                      throw Problem.notFound("node", unknown.node().value());
                  case SchedulerReply.Done other ->
                      throw new IllegalStateException("unexpected reply " + other);
                  case SchedulerReply.Located other ->
                      throw new IllegalStateException("unexpected reply " + other);
                })
        .thenApply(Responses::ok);
  }

  /** The node as it is afterwards. */
  private CompletionStage<JsonNode> act(
      NodeId id, Function<ActorRef<SchedulerReply>, SchedulerCommand> command) {
    return scheduler
        .ask(command)
        .thenCompose(
            reply ->
                switch (reply) {
                  case SchedulerReply.Done done -> node(id);
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
        .ask(SchedulerCommand.DescribeNodes::new)
        .thenApply(SchedulerQueries::state)
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
