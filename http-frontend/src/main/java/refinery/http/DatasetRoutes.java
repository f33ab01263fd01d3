package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.dataset.DatasetFiles;
import refinery.protocol.dataset.DatasetId;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.DatasetRequestReader;
import refinery.protocol.dataset.Datasets.Planned;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.InvalidCursor;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyRequest;

/**
 * Routes of datasets. A request is planned at once, so that it is refused at once, or has the id of
 * the dataset that it means; that one is made by a survey of the source {@code dataset}.
 */
final class DatasetRoutes {
  private static final String LIST = "/api/v1/datasets";
  private static final int PRIORITY = 50;
  private static final int SHOWN_DROPPED = 1_000;

  private final FrontendServices services;

  DatasetRoutes(FrontendServices services) {
    this.services = services;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(LIST, Lists.parameters("state", "organism"), this::list),
        Endpoint.post(LIST, this::create),
        Endpoint.get(LIST + "/{id}", exchange -> show(id(exchange)).thenApply(Responses::ok)),
        Endpoint.get(LIST + "/{id}/samples", Lists.parameters(), this::samples));
  }

  static DatasetId id(Exchange exchange) {
    return exchange.id("dataset", DatasetId::of);
  }

  private CompletionStage<HttpResponse> list(Exchange exchange) {
    List<String> states = Arrays.stream(BatchState.values()).map(BatchState::word).toList();
    Filter asked = Lists.filter(exchange, Map.of("state", Lists.oneOf(states)));
    Map<String, String> values = new HashMap<>(asked.values());
    values.put("pipeline", DatasetId.SOURCE);
    return services
        .readModel()
        .batches(new Filter(values, asked.limit(), asked.cursor()))
        .thenApply(
            page ->
                Responses.ok(
                    new Page<>(
                        page.items().stream()
                            .flatMap(
                                batch ->
                                    DatasetViews.plan(batch)
                                        .filter(plan -> plan.samples().asked() > 0)
                                        .map(plan -> DatasetViews.of(plan, batch))
                                        .stream())
                            .toList(),
                        page.next())));
  }

  private CompletionStage<HttpResponse> create(Exchange exchange) {
    DatasetRequest request = request(exchange.body());
    return services
        .datasets()
        .plans()
        .plan(request)
        .thenCompose(
            planned ->
                switch (planned) {
                  case Planned.Refused refused ->
                      throw Problem.conflict(
                          refused.problems().stream()
                              .map(each -> new Problem.Wrong(each.pointer(), each.message()))
                              .toList());
                  case Planned.Plan plan -> made(plan, exchange);
                });
  }

  /** The checked request; pointers are those of the body. */
  private DatasetRequest request(ObjectNode body) {
    ObjectNode parameters = Json.MAPPER.createObjectNode();
    parameters.set("request", body);
    Validated<SurveyRequest> valid =
        services
            .catalog()
            .survey(
                DatasetId.SOURCE,
                parameters,
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Map.of());
    if (valid instanceof Validated.Invalid<SurveyRequest> invalid) {
      throw Problem.badRequest(
          invalid.problems().stream()
              .map(
                  each ->
                      new Problem.Wrong(
                          each.pointer().replace("/parameters/request", ""), each.message()))
              .toList());
    }
    if (DatasetRequestReader.read(body) instanceof Validated.Valid<DatasetRequest> read) {
      return read.value();
    }
    throw Problem.badRequest("", "is no request for a dataset");
  }

  private CompletionStage<HttpResponse> made(Planned.Plan planned, Exchange exchange) {
    DatasetId id = planned.plan().id();
    return services
        .readModel()
        .batch(id.batch())
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return posted(planned, exchange);
              }
              return again(found.get(), exchange)
                  .thenCompose(done -> show(id))
                  .thenApply(view -> located(200, id, view));
            });
  }

  /** A dataset that failed is taken up again when somebody asks for it again. */
  private CompletionStage<Void> again(BatchView batch, Exchange exchange) {
    boolean ended = batch.state() == BatchState.FAILED || batch.state() == BatchState.CANCELLED;
    return ended
        ? services
            .entities()
            .batch(batch.id(), replyTo -> new BatchCommand.Retry(exchange.by(), replyTo))
            .thenAccept(reply -> {})
        : CompletableFuture.completedFuture(null);
  }

  private CompletionStage<HttpResponse> posted(Planned.Plan planned, Exchange exchange) {
    DatasetId id = planned.plan().id();
    return post(services, planned, exchange)
        .thenCompose(done -> show(id))
        .thenApply(view -> located(201, id, view));
  }

  /** Posts the survey that makes what was planned; what was posted before stays as it is. */
  static CompletionStage<Void> post(
      FrontendServices services, Planned.Plan planned, Exchange exchange) {
    DatasetId id = planned.plan().id();
    ObjectNode parameters = Json.MAPPER.createObjectNode();
    parameters.put(DatasetFiles.PLAN_DIGEST, planned.stored().sha256());
    SurveyRequest survey =
        new SurveyRequest(
            DatasetId.SOURCE,
            parameters,
            DatasetId.SOURCE,
            Map.of(),
            PRIORITY,
            Map.of(DatasetId.SOURCE, id.value()));
    return services
        .entities()
        .survey(
            id.survey(),
            replyTo -> new SurveyCommand.Create(survey, exchange.by(), exchange.trace(), replyTo))
        .thenAccept(reply -> {});
  }

  private static HttpResponse located(int status, DatasetId id, JsonNode view) {
    return Responses.json(status, view).addHeader(RawHeader.create("Location", LIST + "/" + id));
  }

  private CompletionStage<ObjectNode> show(DatasetId id) {
    return services
        .readModel()
        .batch(id.batch())
        .thenCompose(
            found -> {
              Optional<ObjectNode> view =
                  found.flatMap(
                      batch -> DatasetViews.plan(batch).map(plan -> DatasetViews.of(plan, batch)));
              if (view.isEmpty()) {
                return surveyed(id);
              }
              return withDropped(
                  view.get(), found.get().keyValues().getOrDefault(DatasetFiles.PLAN_DIGEST, ""));
            });
  }

  private CompletionStage<ObjectNode> surveyed(DatasetId id) {
    return services
        .readModel()
        .survey(id.survey())
        .thenCompose(
            found ->
                found
                    .map(
                        survey ->
                            services
                                .datasets()
                                .plans()
                                .read(survey.parameters().path(DatasetFiles.PLAN_DIGEST).asText())
                                .thenApply(planned -> DatasetViews.of(planned.plan(), survey)))
                    .orElseThrow(() -> Problem.notFound("dataset", id.value())));
  }

  /** Names more of the dropped samples than the row of the batch does. */
  private CompletionStage<ObjectNode> withDropped(ObjectNode view, String plan) {
    int dropped = view.path("samples").path("dropped").asInt();
    if (dropped <= view.path("dropped").size()) {
      return CompletableFuture.completedFuture(view);
    }
    return services
        .datasets()
        .plans()
        .samples(plan, 0, Math.min(dropped, SHOWN_DROPPED))
        .thenApply(
            lines -> {
              DatasetViews.dropped(
                  view,
                  lines.lines().stream()
                      .filter(refinery.protocol.dataset.PlanLine.Dropped.class::isInstance)
                      .map(refinery.protocol.dataset.PlanLine.Dropped.class::cast)
                      .toList());
              return view;
            });
  }

  private CompletionStage<HttpResponse> samples(Exchange exchange) {
    Filter page = Lists.filter(exchange, Map.of());
    return planDigest(id(exchange))
        .thenCompose(
            plan -> services.datasets().plans().samples(plan, from(page.cursor()), page.limit()))
        .thenApply(
            lines -> {
              ObjectNode body = Json.MAPPER.createObjectNode();
              ArrayNode items = body.putArray("items");
              lines.lines().forEach(line -> items.add(DatasetViews.sample(line)));
              OptionalLong next = lines.next();
              body.put("next", next.isPresent() ? Long.toString(next.getAsLong(), 36) : null);
              return Responses.ok(body);
            });
  }

  private static long from(Optional<String> cursor) {
    try {
      return cursor.map(text -> Long.parseLong(text, 36)).orElse(0L);
    } catch (NumberFormatException e) {
      throw new InvalidCursor(cursor.orElse(""));
    }
  }

  private CompletionStage<String> planDigest(DatasetId id) {
    return services
        .readModel()
        .batch(id.batch())
        .thenCombine(
            services.readModel().survey(id.survey()),
            (batch, survey) ->
                batch
                    .map(each -> each.keyValues().getOrDefault(DatasetFiles.PLAN_DIGEST, ""))
                    .or(
                        () ->
                            survey.map(
                                each -> each.parameters().path(DatasetFiles.PLAN_DIGEST).asText()))
                    .orElseThrow(() -> Problem.notFound("dataset", id.value())));
  }
}
