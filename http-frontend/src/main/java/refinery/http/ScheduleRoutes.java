package refinery.http;

import akka.actor.typed.ActorRef;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.protocol.Json;
import refinery.protocol.ScheduleId;
import refinery.protocol.catalog.Catalog;
import refinery.protocol.query.ScheduleView;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.schedule.ScheduleReply;
import refinery.protocol.schedule.ScheduleRequest;
import refinery.protocol.schedule.ScheduleState;
import refinery.protocol.survey.SurveyRequest;

/**
 * Routes of schedules: makes, lists, shows, pauses, runs and deletes them. A schedule is known by
 * its name, so a repeat of the same request finds what the first has made.
 */
final class ScheduleRoutes {
  private static final String LIST = "/api/v1/schedules";
  private static final String ONE = LIST + "/{name}";
  private static final Set<String> JSON = Set.of("application/json");

  private final FrontendServices services;

  ScheduleRoutes(FrontendServices services) {
    this.services = services;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(LIST, Lists.parameters("state"), this::list),
        Endpoint.post(LIST, this::create),
        Endpoint.get(ONE, this::show),
        new Endpoint("PATCH", ONE, Set.of(), Endpoint.Body.REQUIRED, JSON, false, this::change),
        new Endpoint("DELETE", ONE, Set.of(), Endpoint.Body.NONE, JSON, false, this::delete),
        Endpoint.action(ONE + "/run", this::run),
        Endpoint.get("/api/v1/timetable", Set.of("cron", "timezone", "count"), this::timetable));
  }

  /** The next times of a cron expression, before a schedule is made of it. */
  private CompletionStage<HttpResponse> timetable(Exchange exchange) {
    String cron = exchange.parameter("cron").orElse("");
    String timezone = exchange.parameter("timezone").orElse("UTC");
    String count = exchange.parameter("count").orElse("5");
    if (!count.matches("[1-9]\\d?")) {
      throw Problem.badRequest("?count", "must be an integer from 1 to 99");
    }
    return switch (services
        .catalog()
        .times(cron, timezone, Instant.now(), Integer.parseInt(count))) {
      case Catalog.Validated.Valid<List<Instant>> valid -> {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("cron", cron).put("timezone", timezone);
        body.set("times", Json.MAPPER.valueToTree(valid.value()));
        yield CompletableFuture.completedFuture(Responses.ok(body));
      }
      case Catalog.Validated.Invalid<List<Instant>> invalid ->
          throw Problem.badRequest(
              invalid.problems().stream()
                  .map(
                      wrong ->
                          new Problem.Wrong("?" + wrong.pointer().substring(1), wrong.message()))
                  .toList());
    };
  }

  private CompletionStage<HttpResponse> list(Exchange exchange) {
    List<String> states = List.of(ScheduleState.ACTIVE.word(), ScheduleState.PAUSED.word());
    return services
        .readModel()
        .schedules(Lists.filter(exchange, Map.of("state", Lists.oneOf(states))))
        .thenApply(Responses::ok);
  }

  private CompletionStage<HttpResponse> show(Exchange exchange) {
    return existing(exchange).thenApply(Responses::ok);
  }

  private CompletionStage<HttpResponse> create(Exchange exchange) {
    Idempotency.key(exchange);
    Fields fields = exchange.fields();
    String name = fields.requiredString("name");
    ScheduleRequest request = request(name, fields);
    return services
        .entities()
        .schedule(
            id(name).orElseThrow(),
            replyTo -> new ScheduleCommand.Create(request, exchange.by(), replyTo))
        .thenCompose(
            reply ->
                switch (reply) {
                  case ScheduleReply.Created created ->
                      view(created.schedule())
                          .thenApply(view -> created(view, created.existed() ? 200 : 201));
                  case ScheduleReply.Rejected rejected -> throw Problem.of(409, rejected.reason());
                  case ScheduleReply.Changed other -> throw unexpected(other);
                  case ScheduleReply.Ran other -> throw unexpected(other);
                  case ScheduleReply.NotFound other -> throw unexpected(other);
                  case ScheduleReply.State other -> throw unexpected(other);
                });
  }

  private ScheduleRequest request(String name, Fields fields) {
    String cron = fields.requiredString("cron");
    String timezone = fields.requiredString("timezone");
    fields.require("survey");
    Optional<Fields> inner = fields.nested("survey");
    Optional<SurveyBody> survey = inner.map(part -> SurveyBody.read(services.catalog(), part));
    inner.ifPresent(Fields::unknown);
    if (!name.isEmpty() && id(name).isEmpty()) {
      fields.wrong("name", "must be 1 to 100 of a-z 0-9 . _ -, a letter or digit first");
    }
    services.catalog().timetable(cron, timezone).stream()
        .map(problem -> new Problem.Wrong(problem.pointer(), problem.message()))
        .forEach(fields::wrong);
    fields.check();
    SurveyRequest asked = survey.orElseThrow().request();
    return new ScheduleRequest(cron, timezone, asked, services.catalog().listsRuns(asked.source()));
  }

  private static HttpResponse created(ScheduleView view, int status) {
    return Responses.json(status, view)
        .addHeader(RawHeader.create("Location", LIST + "/" + view.name()));
  }

  private CompletionStage<HttpResponse> change(Exchange exchange) {
    Fields fields = exchange.fields();
    fields.require("paused");
    boolean paused = fields.bool("paused").orElse(false);
    fields.check();
    return act(
        exchange,
        replyTo ->
            paused
                ? new ScheduleCommand.Pause(exchange.by(), replyTo)
                : new ScheduleCommand.Resume(exchange.by(), replyTo),
        reply -> view(reply.schedule()).thenApply(Responses::ok));
  }

  private CompletionStage<HttpResponse> delete(Exchange exchange) {
    return act(
        exchange,
        replyTo -> new ScheduleCommand.Delete(exchange.by(), replyTo),
        reply -> CompletableFuture.completedFuture(HttpResponse.create().withStatus(204)));
  }

  private CompletionStage<HttpResponse> run(Exchange exchange) {
    exchange.requireEmptyBody();
    Optional<String> key = Idempotency.key(exchange);
    return act(
        exchange,
        replyTo -> new ScheduleCommand.Run(key, exchange.by(), replyTo),
        reply -> CompletableFuture.completedFuture(ran((ScheduleReply.Ran) reply)));
  }

  /** The survey is posted by the schedule itself, a moment later. */
  private static HttpResponse ran(ScheduleReply.Ran ran) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("schedule", ran.schedule().name());
    body.put("survey_id", ran.survey().value());
    return Responses.json(202, body)
        .addHeader(RawHeader.create("Location", "/api/v1/surveys/" + ran.survey()));
  }

  private CompletionStage<HttpResponse> act(
      Exchange exchange,
      Function<ActorRef<ScheduleReply>, ScheduleCommand> command,
      Function<ScheduleReply, CompletionStage<HttpResponse>> done) {
    return existing(exchange)
        .thenCompose(view -> services.entities().schedule(view.id(), command))
        .thenCompose(
            reply ->
                switch (reply) {
                  case ScheduleReply.Changed changed -> done.apply(changed);
                  case ScheduleReply.Ran ran -> done.apply(ran);
                  case ScheduleReply.Rejected rejected -> throw Problem.of(409, rejected.reason());
                  case ScheduleReply.NotFound none ->
                      throw Problem.notFound("schedule", none.schedule().name());
                  case ScheduleReply.Created other -> throw unexpected(other);
                  case ScheduleReply.State other -> throw unexpected(other);
                });
  }

  private CompletionStage<ScheduleView> existing(Exchange exchange) {
    String name = exchange.path().get("name");
    ScheduleId id = id(name).orElseThrow(() -> Problem.notFound("schedule", name));
    return services
        .readModel()
        .schedule(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("schedule", name)));
  }

  private static Optional<ScheduleId> id(String name) {
    try {
      return Optional.of(ScheduleId.named(name));
    } catch (IllegalArgumentException noName) {
      return Optional.empty();
    }
  }

  private CompletionStage<ScheduleView> view(ScheduleId id) {
    return services
        .readModel()
        .schedule(id)
        .thenApply(
            found ->
                found.orElseThrow(
                    () -> Problem.unavailable("schedule " + id.name() + " is not readable now")));
  }

  private static IllegalStateException unexpected(ScheduleReply reply) {
    return new IllegalStateException("unexpected reply " + reply);
  }
}
