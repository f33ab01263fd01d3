package refinery.http.management;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.http.Endpoint;
import refinery.http.ForemanQueries;
import refinery.http.FrontendExtension.Provided;
import refinery.http.Meters;
import refinery.http.NotifierQueries;
import refinery.http.Responses;
import refinery.http.SchedulerQueries;
import refinery.protocol.Json;

/**
 * Serves Prometheus metrics. Counts of the read model, the scheduler, the foreman and the notifier
 * are fetched for each request. If one of them does not answer, the rest is served all the same;
 * for the first two {@code refinery_source_up} says so.
 */
final class MetricsRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsRoutes.class);

  private final Provided provided;
  private final Meters meters;
  private final SchedulerQueries scheduler;
  private final ForemanQueries foreman;
  private final NotifierQueries notifier;
  private final MultiGauge entities;
  private final MultiGauge counters;
  private final MultiGauge nodes;
  private final MultiGauge moved;
  private final MultiGauge up;
  private final Map<String, AtomicLong> notifications = new ConcurrentHashMap<>();

  MetricsRoutes(ActorSystem<?> system, Provided provided, Meters meters) {
    this.provided = provided;
    this.meters = meters;
    this.scheduler =
        new SchedulerQueries(
            system, provided.services().scheduler(), provided.config().askTimeout());
    this.foreman =
        new ForemanQueries(system, provided.services().foreman(), provided.config().askTimeout());
    this.notifier =
        new NotifierQueries(system, provided.services().notifier(), provided.config().askTimeout());
    this.moved = gauge("refinery.foreman", "What the foreman had to move, by kind");
    this.entities = gauge("refinery.entities", "Surveys, batches and jobs by state");
    this.counters = gauge("refinery.scheduler", "What the scheduler counts");
    this.nodes = gauge("refinery.nodes", "Nodes by state");
    this.up = gauge("refinery.source.up", "Whether the source of the counts answered");
  }

  private MultiGauge gauge(String name, String description) {
    return MultiGauge.builder(name).description(description).register(meters.registry());
  }

  List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/metrics", exchange -> metrics()).accepting());
  }

  private CompletionStage<HttpResponse> metrics() {
    CompletionStage<JsonNode> stats = orMissing("stats", provided.services().readModel().counts());
    return stats
        .thenCombine(
            orMissing("scheduler", scheduler.describe()),
            (counts, state) -> {
              update(counts, state);
              return counts;
            })
        .thenCombine(
            orMissing("foreman", foreman.describe()),
            (counts, report) -> {
              moved(report.path("counts"));
              return counts;
            })
        .thenCombine(
            orMissing("notifier", notifier.describe()),
            (counts, report) -> {
              report.path("channels").forEach(this::notified);
              return meters.scrape();
            })
        .thenApply(
            text ->
                Responses.respond(
                    200,
                    ContentTypes.parse("text/plain; version=0.0.4; charset=UTF-8"),
                    ByteString.fromString(text)));
  }

  private void moved(JsonNode counts) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    counts
        .properties()
        .forEach(
            entry ->
                rows.add(
                    MultiGauge.Row.of(Tags.of("kind", entry.getKey()), entry.getValue().asLong())));
    moved.register(rows, true);
  }

  /** Sets the notifier's counters, which the singleton counts on whichever node it runs. */
  private void notified(JsonNode channel) {
    String name = channel.path("channel").asText();
    total("delivered", "Jobs told of", name, channel.path("delivered"));
    total(
        "skipped",
        "Jobs whose message the receiver refused for good",
        name,
        channel.path("skipped"));
    total(
        "failed",
        "Tries that failed since the notifier started",
        name,
        channel.path("failed_tries"));
  }

  private void total(String what, String description, String channel, JsonNode count) {
    notifications
        .computeIfAbsent(
            what + "/" + channel,
            key -> {
              AtomicLong value = new AtomicLong();
              FunctionCounter.builder("refinery.notifications." + what, value, AtomicLong::get)
                  .description(description)
                  .tags("channel", channel)
                  .register(meters.registry());
              return value;
            })
        .set(count.asLong());
  }

  private static CompletionStage<JsonNode> orMissing(
      String source, CompletionStage<JsonNode> answer) {
    return answer.exceptionally(
        error -> {
          LOG.debug("no {} for the metrics", source, error);
          return Json.MAPPER.missingNode();
        });
  }

  private void update(JsonNode stats, JsonNode state) {
    List<MultiGauge.Row<?>> counts = new ArrayList<>();
    states("survey", "", stats.path("surveys"), counts);
    states("batch", "", stats.path("batches"), counts);
    stats
        .path("jobs")
        .properties()
        .forEach(kind -> states("job", kind.getKey(), kind.getValue(), counts));
    entities.register(counts, true);
    List<MultiGauge.Row<?>> numbers = new ArrayList<>();
    numbers(state, numbers);
    numbers(state.path("counters"), numbers);
    counters.register(numbers, true);
    List<MultiGauge.Row<?>> byState = new ArrayList<>();
    Map<String, Integer> nodeStates = new java.util.TreeMap<>();
    state
        .path("nodes")
        .forEach(node -> nodeStates.merge(node.path("state").asText(), 1, Integer::sum));
    nodeStates.forEach(
        (name, count) -> byState.add(MultiGauge.Row.of(Tags.of("state", name), count)));
    nodes.register(byState, true);
    up.register(
        List.of(
            MultiGauge.Row.of(Tags.of("source", "read_model"), stats.isMissingNode() ? 0 : 1),
            MultiGauge.Row.of(Tags.of("source", "scheduler"), state.isMissingNode() ? 0 : 1)),
        true);
  }

  private static void states(
      String type, String kind, JsonNode counts, List<MultiGauge.Row<?>> rows) {
    counts
        .properties()
        .forEach(
            entry ->
                rows.add(
                    MultiGauge.Row.of(
                        Tags.of("type", type, "kind", kind, "state", entry.getKey()),
                        entry.getValue().asLong())));
  }

  private static void numbers(JsonNode object, List<MultiGauge.Row<?>> rows) {
    object
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().isNumber()) {
                rows.add(
                    MultiGauge.Row.of(
                        Tags.of("count", entry.getKey()), entry.getValue().doubleValue()));
              }
            });
  }
}
