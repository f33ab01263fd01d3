package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.RecordedEvent;

/** Tells what happened to surveys and batches, who caused it, and where files came from. */
final class StoryRoutes {
  /** Of one entity; older ones are not shown. */
  private static final int MOST_EVENTS = 1_000;

  private static final int MOST_JOBS = 100;

  private final FrontendServices services;

  StoryRoutes(FrontendServices services) {
    this.services = services;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/api/v1/surveys/{id}/history", this::survey),
        Endpoint.get("/api/v1/batches/{id}/history", this::batch),
        Endpoint.get("/api/v1/batches/{id}/deliveries", this::deliveries));
  }

  private CompletionStage<HttpResponse> survey(Exchange exchange) {
    SurveyId id = exchange.id("survey", SurveyId::of);
    return services
        .readModel()
        .survey(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("survey", id.value())))
        .thenCompose(view -> services.readModel().orders(view.id(), MOST_EVENTS))
        .thenApply(StoryRoutes::page);
  }

  private CompletionStage<HttpResponse> batch(Exchange exchange) {
    return existing(exchange)
        .thenCompose(view -> services.readModel().history(view.id(), MOST_EVENTS))
        .thenApply(StoryRoutes::page);
  }

  private static HttpResponse page(List<RecordedEvent> events) {
    return Responses.ok(new Page<>(events, Optional.empty()));
  }

  private CompletionStage<HttpResponse> deliveries(Exchange exchange) {
    return existing(exchange)
        .thenCompose(
            batch ->
                services
                    .readModel()
                    .jobs(
                        new Filter(
                            Map.of("batch_id", batch.id().value(), "kind", "download"),
                            MOST_JOBS,
                            Optional.empty()))
                    .thenCombine(
                        services.readModel().history(batch.id(), MOST_EVENTS),
                        (jobs, events) ->
                            Responses.ok(
                                new Page<>(
                                    Deliveries.of(batch, jobs.items(), events),
                                    Optional.empty()))));
  }

  private CompletionStage<BatchView> existing(Exchange exchange) {
    BatchId id = exchange.id("batch", BatchId::of);
    return services
        .readModel()
        .batch(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("batch", id.value())));
  }
}
