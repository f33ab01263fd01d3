package refinery.http;

import akka.actor.typed.ActorRef;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchState;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;

/** Batches: listed, shown with their provenance, processed again. */
final class BatchRoutes {
  private static final List<String> STATES =
      Arrays.stream(BatchState.values()).map(BatchState::word).toList();

  private final FrontendServices services;

  BatchRoutes(FrontendServices services) {
    this.services = services;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/batches",
            Lists.parameters("survey_id", "state", "pipeline", "organism", "q"),
            this::list),
        Endpoint.get(
            "/api/v1/batches/{id}", exchange -> existing(exchange).thenApply(Responses::ok)),
        Endpoint.get("/api/v1/batches/{id}/provenance", this::provenance)
            .accepting("application/ld+json", "application/json"),
        Endpoint.action(
            "/api/v1/batches/{id}/reprocess",
            exchange -> act(exchange, BatchCommand.Reprocess::new)),
        Endpoint.action(
            "/api/v1/batches/{id}/retry", exchange -> act(exchange, BatchCommand.Retry::new)),
        Endpoint.action(
            "/api/v1/batches/{id}/release",
            exchange ->
                act(exchange, replyTo -> new BatchCommand.LetRawDataGo(Instant.now(), replyTo))));
  }

  private CompletionStage<HttpResponse> list(Exchange exchange) {
    return services
        .readModel()
        .batches(
            Lists.filter(
                exchange,
                Map.of("state", Lists.oneOf(STATES), "survey_id", text -> SurveyId.of(text))))
        .thenApply(Responses::ok);
  }

  private CompletionStage<HttpResponse> provenance(Exchange exchange) {
    String host = exchange.header("Host").orElse("localhost");
    ContentType type =
        exchange.header("Accept").filter(text -> text.contains("application/json")).isPresent()
            ? ContentTypes.APPLICATION_JSON
            : Responses.JSON_LD;
    return existing(exchange)
        .thenCompose(
            batch ->
                jobs(batch)
                    .thenApply(
                        jobs ->
                            Responses.respond(
                                200,
                                type,
                                Responses.bytes(
                                    new Provenance(
                                            batch,
                                            jobs,
                                            services.catalog().pipelines(),
                                            "http://" + host,
                                            services.version())
                                        .crate()))));
  }

  private CompletionStage<List<JobView>> jobs(BatchView batch) {
    CompletionStage<List<JobView>> all = CompletableFuture.completedFuture(new ArrayList<>());
    for (var id : batch.jobIds()) {
      all =
          all.thenCombine(
              services.readModel().job(id),
              (found, job) -> {
                job.ifPresent(found::add);
                return found;
              });
    }
    return all;
  }

  private CompletionStage<HttpResponse> act(
      Exchange exchange, Function<ActorRef<BatchReply>, BatchCommand> command) {
    exchange.requireEmptyBody();
    return existing(exchange)
        .thenCompose(view -> services.entities().batch(view.id(), command))
        .thenCompose(
            reply ->
                switch (reply) {
                  case BatchReply.Reprocessing done -> view(done.batch());
                  case BatchReply.Retried done -> view(done.batch());
                  case BatchReply.RawDataLetGo done -> view(done.batch());
                  case BatchReply.Rejected rejected -> throw Problem.of(409, rejected.reason());
                  case BatchReply.NotFound none ->
                      throw Problem.notFound("batch", none.batch().value());
                  case BatchReply.Claimed other -> throw unexpected(other);
                  case BatchReply.State other -> throw unexpected(other);
                });
  }

  private CompletionStage<HttpResponse> view(BatchId id) {
    return services.readModel().batch(id).thenApply(found -> Responses.ok(orMissing(found, id)));
  }

  private CompletionStage<BatchView> existing(Exchange exchange) {
    BatchId id = exchange.id("batch", BatchId::of);
    return services.readModel().batch(id).thenApply(found -> orMissing(found, id));
  }

  private static BatchView orMissing(Optional<BatchView> found, BatchId id) {
    return found.orElseThrow(() -> Problem.notFound("batch", id.value()));
  }

  private static IllegalStateException unexpected(BatchReply reply) {
    return new IllegalStateException("unexpected reply " + reply);
  }
}
