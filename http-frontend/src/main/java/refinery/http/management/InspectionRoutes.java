package refinery.http.management;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.http.Endpoint;
import refinery.http.Exchange;
import refinery.http.ForemanQueries;
import refinery.http.FrontendServices;
import refinery.http.HttpConfig;
import refinery.http.NotifierQueries;
import refinery.http.Problem;
import refinery.http.Responses;
import refinery.http.SchedulerQueries;
import refinery.protocol.BatchId;
import refinery.protocol.EntityKind;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.NodeId;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.query.JobView;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.schedule.ScheduleReply;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AgentCommand.AgentReply;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyReply;

/** Routes that show the live state of actors. */
final class InspectionRoutes {
  private final ActorSystem<?> system;
  private final FrontendServices services;
  private final HttpConfig config;
  private final SchedulerQueries scheduler;
  private final ForemanQueries foreman;
  private final NotifierQueries notifier;

  /** The answer of an entity. */
  private record Live(long sequenceNr, JsonNode state) {}

  InspectionRoutes(ActorSystem<?> system, FrontendServices services, HttpConfig config) {
    this.system = system;
    this.services = services;
    this.config = config;
    this.scheduler = new SchedulerQueries(system, services.scheduler(), config.askTimeout());
    this.foreman = new ForemanQueries(system, services.foreman(), config.askTimeout());
    this.notifier = new NotifierQueries(system, services.notifier(), config.askTimeout());
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/refinery/entities/{type}/{id}", this::entity),
        Endpoint.get("/refinery/scheduler", Set.of("job"), this::scheduler),
        Endpoint.get("/refinery/foreman", exchange -> foreman.describe().thenApply(Responses::ok)),
        Endpoint.get(
            "/refinery/notifications", exchange -> notifier.describe().thenApply(Responses::ok)),
        Endpoint.get("/refinery/nodes/{id}", this::node));
  }

  private CompletionStage<HttpResponse> entity(Exchange exchange) {
    EntityKind type =
        EntityKind.ofWord(exchange.path().get("type"))
            .orElseThrow(
                () ->
                    Problem.of(
                        404,
                        "there are no entities of type '"
                            + exchange.path().get("type")
                            + "', only schedule, survey, batch and job"));
    return switch (type) {
      case SURVEY -> survey(exchange.id("survey", SurveyId::of));
      case BATCH -> batch(exchange.id("batch", BatchId::of));
      case JOB -> job(exchange.id("job", JobId::of));
      case SCHEDULE -> schedule(exchange.id("schedule", ScheduleId::of));
    };
  }

  private CompletionStage<HttpResponse> schedule(ScheduleId id) {
    return services
        .readModel()
        .schedule(id)
        .thenCompose(
            found -> {
              var view = found.orElseThrow(() -> Problem.notFound("schedule", id.value()));
              return services
                  .entities()
                  .schedule(id, ScheduleCommand.Inspect::new)
                  .thenApply(
                      reply ->
                          reply instanceof ScheduleReply.State state
                              ? new Live(state.sequenceNumber(), state.state())
                              : unknown("schedule", id.value()))
                  .thenCompose(
                      live ->
                          describe(
                              EntityKind.SCHEDULE,
                              id.value(),
                              live,
                              view.lastAt().orElse(view.createdAt())));
            });
  }

  private CompletionStage<HttpResponse> survey(SurveyId id) {
    return services
        .readModel()
        .survey(id)
        .thenCompose(
            found -> {
              var view = found.orElseThrow(() -> Problem.notFound("survey", id.value()));
              return services
                  .entities()
                  .survey(id, SurveyCommand.Inspect::new)
                  .thenApply(
                      reply ->
                          reply instanceof SurveyReply.State state
                              ? new Live(state.sequenceNumber(), state.state())
                              : unknown("survey", id.value()))
                  .thenCompose(
                      live ->
                          describe(
                              EntityKind.SURVEY,
                              id.value(),
                              live,
                              view.finishedAt().orElse(view.createdAt())));
            });
  }

  private CompletionStage<HttpResponse> batch(BatchId id) {
    return services
        .readModel()
        .batch(id)
        .thenCompose(
            found -> {
              var view = found.orElseThrow(() -> Problem.notFound("batch", id.value()));
              return services
                  .entities()
                  .batch(id, BatchCommand.Inspect::new)
                  .thenApply(
                      reply ->
                          reply instanceof BatchReply.State state
                              ? new Live(state.sequenceNumber(), state.state())
                              : unknown("batch", id.value()))
                  .thenCompose(
                      live -> describe(EntityKind.BATCH, id.value(), live, view.updatedAt()));
            });
  }

  private CompletionStage<HttpResponse> job(JobId id) {
    return services
        .readModel()
        .job(id)
        .thenCompose(
            found -> {
              var view = found.orElseThrow(() -> Problem.notFound("job", id.value()));
              Instant since = view.finishedAt().or(view::startedAt).orElse(view.createdAt());
              return services
                  .entities()
                  .job(id, JobCommand.Inspect::new)
                  .thenApply(
                      reply ->
                          reply instanceof JobReply.State state
                              ? new Live(state.sequenceNumber(), state.state())
                              : unknown("job", id.value()))
                  .thenCompose(live -> describe(EntityKind.JOB, id.value(), live, since));
            });
  }

  private static Live unknown(String what, String id) {
    throw Problem.notFound(what, id);
  }

  /**
   * Describes an entity.
   *
   * @param since the last change by the read row, used if the entity does not state it
   */
  private CompletionStage<HttpResponse> describe(
      EntityKind type, String id, Live live, Instant since) {
    String shard = services.entities().shard(id);
    return node(type, shard)
        .thenApply(
            node -> {
              ObjectNode body = Json.MAPPER.createObjectNode();
              body.put("id", id).put("type", type.word()).put("shard", shard);
              body.put("node", node.orElse(null));
              body.put("sequence_nr", live.sequenceNr());
              body.set("state", live.state());
              JsonNode own = live.state().path("since");
              body.put("since", own.isTextual() ? own.textValue() : since.toString());
              return Responses.ok(body);
            });
  }

  /** The id of the node that hosts a shard, or its address if the id is unknown. */
  private CompletionStage<Optional<String>> node(EntityKind type, String shard) {
    return services
        .entities()
        .host(type, shard)
        .thenCompose(
            address ->
                address.isEmpty()
                    ? CompletableFuture.completedFuture(Optional.<String>empty())
                    : scheduler
                        .describe()
                        .thenApply(state -> Optional.of(nodeAt(state, address.get()))))
        .exceptionally(error -> Optional.empty());
  }

  private static String nodeAt(JsonNode state, String address) {
    String hostAndPort = address.substring(address.lastIndexOf('@') + 1);
    for (JsonNode node : state.path("nodes")) {
      if (node.path("address").asText().endsWith(hostAndPort)) {
        return node.path("id").asText(address);
      }
    }
    return address;
  }

  private CompletionStage<HttpResponse> scheduler(Exchange exchange) {
    Optional<String> asked = exchange.parameter("job");
    if (asked.isEmpty()) {
      return scheduler.describe().thenApply(Responses::ok);
    }
    JobId id;
    try {
      id = JobId.of(asked.get());
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("?job", e.getMessage());
    }
    return services
        .readModel()
        .job(id)
        .thenCompose(
            found -> {
              var view = found.orElseThrow(() -> Problem.notFound("job", id.value()));
              return Standing.of(view)
                  .map(reason -> CompletableFuture.completedStage(standing(view, reason)))
                  .orElseGet(() -> scheduler.explain(view.id()));
            })
        .thenApply(Responses::ok);
  }

  private static JsonNode standing(JobView job, String reason) {
    return Json.MAPPER
        .createObjectNode()
        .put("job", job.id().value())
        .put("scheduled", false)
        .put("state", job.state().word())
        .put("reason", reason);
  }

  private CompletionStage<HttpResponse> node(Exchange exchange) {
    NodeId id = exchange.id("node", NodeId::of);
    return services
        .agents()
        .find(id)
        .thenCompose(
            agent ->
                AskPattern.<AgentCommand, AgentReply>ask(
                    agent.orElseThrow(() -> Problem.notFound("node", id.value())),
                    AgentCommand.Describe::new,
                    config.askTimeout(),
                    system.scheduler()))
        .thenApply(
            reply ->
                switch (reply) {
                  case AgentReply.AgentState state -> Responses.ok(state.state());
                  case AgentReply.LogChunk other ->
                      throw new IllegalStateException("unexpected reply " + other.job());
                });
  }
}
