package refinery.http;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import refinery.protocol.Json;
import refinery.protocol.query.JobView;
import refinery.protocol.query.OverviewQueries;
import refinery.protocol.query.OverviewQueries.Jump;

/**
 * What a look at the whole needs: health, what ended when, and where a name leads. Answers that
 * cost the database a count are kept for a moment, however many look.
 */
final class OverviewRoutes {
  private static final Duration KEPT = Duration.ofSeconds(3);
  private static final int MOST_BUCKETS = 1_000;
  private static final int EACH = 5;
  private static final Set<String> STEPS = Set.of("from", "to", "step");

  private final OverviewQueries queries;
  private final FrontendServices services;
  private final SchedulerQueries scheduler;
  private final ForemanQueries foreman;
  private final Memo<JsonNode> health = new Memo<>(KEPT);
  private final Memo<List<JsonNode>> history = new Memo<>(KEPT);
  private final Memo<List<JsonNode>> states = new Memo<>(KEPT);

  /** Asks for a bucket for each step of time. */
  private interface Steps {
    CompletionStage<List<JsonNode>> between(Instant from, Instant to, Duration step);
  }

  OverviewRoutes(
      ActorSystem<?> system,
      FrontendServices services,
      SchedulerQueries scheduler,
      HttpConfig config) {
    this.queries = services.readModel().overview();
    this.services = services;
    this.scheduler = scheduler;
    this.foreman = new ForemanQueries(system, services.foreman(), config.askTimeout());
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/health", exchange -> health.get("", this::health).thenApply(Responses::ok)),
        Endpoint.get(
            "/api/v1/stats/history",
            STEPS,
            exchange -> stepped(exchange, history, queries::history)),
        Endpoint.get(
            "/api/v1/stats/states", STEPS, exchange -> stepped(exchange, states, queries::states)),
        Endpoint.get("/api/v1/jump", Set.of("q"), this::jump));
  }

  private CompletionStage<JsonNode> health() {
    CompletionStage<Optional<JsonNode>> packing = attempt(scheduler.describe());
    CompletionStage<Optional<JsonNode>> tally = attempt(foreman.describe());
    CompletionStage<JsonNode> counts = services.readModel().stats();
    CompletionStage<JsonNode> waits = queries.oldestWaiting().thenCompose(this::oldest);
    return services
        .obstacles()
        .now()
        .thenCombine(packing, (obstacles, state) -> Health.of(obstacles, state))
        .thenCombine(queries.unsearchable(), Health::withUnsearchable)
        .thenCombine(tally, Health::withForeman)
        .thenCombine(counts, (json, sums) -> json.<ObjectNode>set("counts", sums))
        .thenCombine(waits, (json, oldest) -> json.<ObjectNode>set("oldest_wait", oldest));
  }

  /** The answer, or empty if there is none in time. */
  private static CompletionStage<Optional<JsonNode>> attempt(CompletionStage<JsonNode> asked) {
    return asked.handle((answer, error) -> Optional.ofNullable(answer));
  }

  private CompletionStage<JsonNode> oldest(Optional<JobView> found) {
    if (found.isEmpty()) {
      return CompletableFuture.completedFuture(Json.MAPPER.nullNode());
    }
    JobView job = found.get();
    return attempt(scheduler.explain(job.id()))
        .thenApply(
            why ->
                Json.MAPPER
                    .createObjectNode()
                    .put("job_id", job.id().value())
                    .put("kind", job.kind().word())
                    .put("state", job.state().word())
                    .put("since", job.createdAt().toString())
                    .put(
                        "reason",
                        why.map(state -> state.path("reason").asText())
                            .orElse("the scheduler does not answer")));
  }

  /** Buckets from a time on; by default of the last hour, a minute each. */
  private static CompletionStage<HttpResponse> stepped(
      Exchange exchange, Memo<List<JsonNode>> kept, Steps steps) {
    List<Problem.Wrong> wrongs = new ArrayList<>();
    long step = step(exchange.parameter("step").orElse("60"), wrongs);
    Instant now = Instant.now();
    Instant to = time("to", exchange, wrongs).orElse(now);
    Instant from = time("from", exchange, wrongs).orElse(to.minusSeconds(60 * step));
    Instant begin = Instant.ofEpochSecond(Math.floorDiv(from.getEpochSecond(), step) * step);
    long buckets = Math.ceilDiv(to.getEpochSecond() + 1 - begin.getEpochSecond(), step);
    if (wrongs.isEmpty() && (buckets < 1 || buckets > MOST_BUCKETS)) {
      wrongs.add(
          new Problem.Wrong(
              "?from", "from, to and step must give 1 to " + MOST_BUCKETS + " steps of time"));
    }
    if (!wrongs.isEmpty()) {
      throw Problem.badRequest(wrongs);
    }
    Instant end = begin.plusSeconds(buckets * step);
    return kept.get(
            begin + " " + end + " " + step,
            () -> steps.between(begin, end, Duration.ofSeconds(step)))
        .thenApply(
            items -> {
              ObjectNode body = Json.MAPPER.createObjectNode();
              body.put("from", begin.toString()).put("to", end.toString()).put("step", step);
              ArrayNode all = body.putArray("items");
              items.forEach(all::add);
              return Responses.ok(body);
            });
  }

  private static long step(String text, List<Problem.Wrong> wrongs) {
    if (text.matches("\\d{1,7}") && Long.parseLong(text) > 0) {
      return Long.parseLong(text);
    }
    wrongs.add(new Problem.Wrong("?step", "must be seconds, an integer from 1"));
    return 60;
  }

  private static Optional<Instant> time(
      String name, Exchange exchange, List<Problem.Wrong> wrongs) {
    try {
      Optional<Instant> time = exchange.parameter(name).map(Instant::parse);
      if (time.filter(at -> Math.abs(at.getEpochSecond()) > 100_000_000_000L).isEmpty()) {
        return time;
      }
    } catch (DateTimeParseException e) {
      // Said below.
    }
    wrongs.add(new Problem.Wrong("?" + name, "must be a time such as 2026-01-31T12:00:00Z"));
    return Optional.empty();
  }

  private CompletionStage<HttpResponse> jump(Exchange exchange) {
    String text = exchange.parameter("q").orElse("").strip();
    if (text.isEmpty() || text.length() > 200) {
      throw Problem.badRequest("?q", "must be text of 1 to 200 characters");
    }
    CompletionStage<Optional<JsonNode>> packing = attempt(scheduler.describe());
    return queries
        .jump(text, EACH)
        .thenCombine(
            packing,
            (found, state) -> {
              ObjectNode body = Json.MAPPER.createObjectNode();
              ArrayNode items = body.putArray("items");
              Stream.concat(nodes(text, state), found.stream())
                  .forEach(
                      jump ->
                          items
                              .addObject()
                              .put("kind", jump.kind())
                              .put("id", jump.id())
                              .put("title", jump.title())
                              .put("href", href(jump)));
              return Responses.ok(body);
            });
  }

  private static Stream<Jump> nodes(String text, Optional<JsonNode> state) {
    List<Jump> found = new ArrayList<>();
    for (JsonNode node :
        state.map(all -> all.path("nodes")).orElse(Json.MAPPER.createArrayNode())) {
      String id = node.path("id").asText();
      if (found.size() < EACH && id.contains(text)) {
        found.add(new Jump("node", id, id, id));
      }
    }
    return found.stream();
  }

  private static String href(Jump jump) {
    String page = jump.page();
    return switch (jump.kind()) {
      case "node" -> "/nodes/" + page;
      case "dataset" -> "/datasets/" + page;
      case "schedule" -> "/schedules?show=" + page.replaceFirst("^schedule-", "");
      default -> ROOMS.getOrDefault(page.replaceFirst("-.*", ""), "/batches") + "/" + page;
    };
  }

  private static final Map<String, String> ROOMS =
      Map.of("survey", "/surveys", "batch", "/batches", "job", "/jobs");
}
