package refinery.http;

import akka.actor.typed.ActorRef;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.protocol.Ids;
import refinery.protocol.SurveyId;
import refinery.protocol.query.Page;
import refinery.protocol.query.SurveyView;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyReply;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;

/** Routes of surveys: posts, lists, shows, cancels, retries and reprioritises them. */
final class SurveyRoutes {
  private static final String FORECAST = "forecast";
  private static final List<String> STATES =
      Arrays.stream(SurveyState.values()).map(SurveyState::word).toList();

  private final FrontendServices services;
  private final PlanRoutes plans;

  SurveyRoutes(FrontendServices services, SchedulerQueries scheduler) {
    this.services = services;
    this.plans = new PlanRoutes(services, scheduler);
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/api/v1/surveys", Lists.parameters("state", "source"), this::list),
        Endpoint.post("/api/v1/surveys", this::create),
        Endpoint.get("/api/v1/surveys/{id}", Set.of(FORECAST), this::show),
        Endpoint.get("/api/v1/surveys/{id}/plan", Lists.parameters(), plans::show),
        Endpoint.get("/api/v1/surveys/{id}/question", Set.of("at_most"), plans::question),
        Endpoint.action("/api/v1/surveys/{id}/cancel", this::cancel),
        Endpoint.action("/api/v1/surveys/{id}/retry", this::retry),
        Endpoint.post("/api/v1/surveys/{id}/priority", this::priority),
        Endpoint.post("/api/v1/surveys/{id}/resume", this::resume));
  }

  private CompletionStage<HttpResponse> list(Exchange exchange) {
    return services
        .readModel()
        .surveys(Lists.filter(exchange, Map.of("state", Lists.oneOf(STATES))))
        .thenCompose(
            page ->
                SurveyProgress.added(services.readModel(), page.items())
                    .thenApply(items -> Responses.ok(new Page<>(items, page.next()))));
  }

  /** The forecast is asked for: to sum it up takes the longer, the more batches there are. */
  private CompletionStage<HttpResponse> show(Exchange exchange) {
    String forecast = exchange.parameter(FORECAST).orElse("false");
    if (!forecast.equals("true") && !forecast.equals("false")) {
      throw Problem.badRequest("?" + FORECAST, "must be true or false");
    }
    CompletionStage<ObjectNode> survey = existing(exchange).thenCompose(this::shown);
    return forecast.equals("false")
        ? survey.thenApply(Responses::ok)
        : survey.thenCombine(
            plans.cameTrue(exchange.id("survey", SurveyId::of)),
            (view, cameTrue) -> Responses.ok(view.set("came_true", cameTrue)));
  }

  private CompletionStage<HttpResponse> create(Exchange exchange) {
    Optional<String> key = Idempotency.key(exchange);
    SurveyRequest request = request(exchange);
    SurveyId id =
        SurveyId.of(
            SurveyId.PREFIX
                + key.map(text -> Ids.derive("idempotency", text)).orElseGet(Ids::random));
    return services
        .entities()
        .survey(
            id,
            replyTo -> new SurveyCommand.Create(request, exchange.by(), exchange.trace(), replyTo))
        .thenCompose(
            reply ->
                switch (reply) {
                  case SurveyReply.Created created ->
                      view(created.survey())
                          .thenApply(
                              view ->
                                  created(view, created.survey(), created.existed() ? 200 : 201));
                  case SurveyReply.Rejected rejected -> throw Problem.of(409, rejected.reason());
                  case SurveyReply.Recorded other -> throw unexpected(other);
                  case SurveyReply.Cancelled other -> throw unexpected(other);
                  case SurveyReply.Retried other -> throw unexpected(other);
                  case SurveyReply.PrioritySet other -> throw unexpected(other);
                  case SurveyReply.Answered other -> throw unexpected(other);
                  case SurveyReply.NotFound other -> throw unexpected(other);
                  case SurveyReply.State other -> throw unexpected(other);
                });
  }

  private static HttpResponse created(ObjectNode view, SurveyId id, int status) {
    return Responses.json(status, view)
        .addHeader(RawHeader.create("Location", "/api/v1/surveys/" + id));
  }

  private SurveyRequest request(Exchange exchange) {
    Fields fields = exchange.fields();
    SurveyBody body = SurveyBody.read(services.catalog(), fields);
    fields.check();
    return body.request();
  }

  private CompletionStage<HttpResponse> cancel(Exchange exchange) {
    Fields fields = exchange.fields();
    String reason = fields.string("reason").orElse("cancelled over HTTP");
    fields.check();
    return act(exchange, replyTo -> new SurveyCommand.Cancel(reason, exchange.by(), replyTo));
  }

  private CompletionStage<HttpResponse> retry(Exchange exchange) {
    exchange.requireEmptyBody();
    return act(exchange, replyTo -> new SurveyCommand.Retry(exchange.by(), replyTo));
  }

  private CompletionStage<HttpResponse> priority(Exchange exchange) {
    Fields fields = exchange.fields();
    fields.require("priority");
    OptionalLong priority = fields.integer("priority", 0, 100);
    fields.check();
    int wanted = (int) priority.orElseThrow();
    return act(exchange, replyTo -> new SurveyCommand.SetPriority(wanted, exchange.by(), replyTo));
  }

  private CompletionStage<HttpResponse> resume(Exchange exchange) {
    JsonNode input = PlanRoutes.input(exchange.fields());
    return act(exchange, replyTo -> new SurveyCommand.Answer(input, exchange.by(), replyTo));
  }

  private CompletionStage<HttpResponse> act(
      Exchange exchange, Function<ActorRef<SurveyReply>, SurveyCommand> command) {
    return existing(exchange)
        .thenCompose(view -> services.entities().survey(view.id(), command))
        .thenCompose(
            reply ->
                switch (reply) {
                  case SurveyReply.Cancelled done -> view(done.survey()).thenApply(Responses::ok);
                  case SurveyReply.Retried done -> view(done.survey()).thenApply(Responses::ok);
                  case SurveyReply.PrioritySet done -> view(done.survey()).thenApply(Responses::ok);
                  case SurveyReply.Answered done -> view(done.survey()).thenApply(Responses::ok);
                  case SurveyReply.Rejected rejected -> throw Problem.of(409, rejected.reason());
                  case SurveyReply.NotFound none ->
                      throw Problem.notFound("survey", none.survey().value());
                  case SurveyReply.Created other -> throw unexpected(other);
                  case SurveyReply.Recorded other -> throw unexpected(other);
                  case SurveyReply.State other -> throw unexpected(other);
                });
  }

  private CompletionStage<SurveyView> existing(Exchange exchange) {
    SurveyId id = exchange.id("survey", SurveyId::of);
    return services
        .readModel()
        .survey(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("survey", id.value())));
  }

  /**
   * The read row of a survey. It is written together with the events, so an entity that has
   * answered has a row.
   */
  private CompletionStage<ObjectNode> view(SurveyId id) {
    return services
        .readModel()
        .survey(id)
        .thenApply(
            found ->
                found.orElseThrow(
                    () -> Problem.unavailable("survey " + id + " is made but not readable yet")))
        .thenCompose(this::shown);
  }

  private CompletionStage<ObjectNode> shown(SurveyView view) {
    return SurveyProgress.added(services.readModel(), List.of(view)).thenApply(List::getFirst);
  }

  private static IllegalStateException unexpected(SurveyReply reply) {
    return new IllegalStateException("unexpected reply " + reply);
  }
}
