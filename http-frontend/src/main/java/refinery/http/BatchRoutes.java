package refinery.http;

import akka.actor.typed.ActorRef;
import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.protocol.BatchId;
import refinery.protocol.Json;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchState;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.ReadModel;

/**
 * Routes of batches: lists them, shows them, and reprocesses, retries, cancels and releases them.
 */
final class BatchRoutes {
  private static final List<String> STATES =
      Arrays.stream(BatchState.values()).map(BatchState::word).toList();

  private static final List<String> VERDICTS = List.of("pass", "warn", "fail");

  /** Of one batch; older ones do not count. */
  private static final int MOST_JOBS = 1_000;

  private final FrontendServices services;

  BatchRoutes(FrontendServices services) {
    this.services = services;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/batches",
            Lists.parameters("survey_id", "state", "quality", "pipeline", "organism", "q"),
            this::list),
        Endpoint.get(
            "/api/v1/batches/{id}", exchange -> existing(exchange).thenCompose(this::withCosts)),
        Endpoint.action("/api/v1/batches/{id}/reprocess", this::reprocess),
        Endpoint.action(
            "/api/v1/batches/{id}/retry",
            exchange -> act(exchange, replyTo -> new BatchCommand.Retry(exchange.by(), replyTo))),
        Endpoint.action("/api/v1/batches/{id}/cancel", this::cancel),
        Endpoint.action(
            "/api/v1/batches/{id}/release",
            exchange ->
                act(
                    exchange,
                    replyTo ->
                        new BatchCommand.LetRawDataGo(Instant.now(), exchange.by(), replyTo))));
  }

  private CompletionStage<HttpResponse> list(Exchange exchange) {
    return services
        .readModel()
        .batches(
            Lists.filter(
                exchange,
                Map.of(
                    "state",
                    Lists.oneOf(STATES),
                    "quality",
                    Lists.oneOf(VERDICTS),
                    "survey_id",
                    text -> SurveyId.of(text))))
        .thenApply(Responses::ok);
  }

  private CompletionStage<HttpResponse> cancel(Exchange exchange) {
    Fields fields = exchange.fields();
    String reason = fields.string("reason").orElse("cancelled over HTTP");
    fields.check();
    return order(exchange, replyTo -> new BatchCommand.Cancel(reason, exchange.by(), replyTo));
  }

  private CompletionStage<HttpResponse> reprocess(Exchange exchange) {
    Fields fields = exchange.fields();
    boolean reuse = fields.bool("reuse").orElse(true);
    fields.check();
    return order(exchange, replyTo -> new BatchCommand.Reprocess(!reuse, exchange.by(), replyTo));
  }

  private CompletionStage<HttpResponse> act(
      Exchange exchange, Function<ActorRef<BatchReply>, BatchCommand> command) {
    exchange.requireEmptyBody();
    return order(exchange, command);
  }

  private CompletionStage<HttpResponse> order(
      Exchange exchange, Function<ActorRef<BatchReply>, BatchCommand> command) {
    return existing(exchange)
        .thenCompose(view -> services.entities().batch(view.id(), command))
        .thenCompose(
            reply ->
                switch (reply) {
                  case BatchReply.Reprocessing done -> view(done.batch());
                  case BatchReply.Retried done -> view(done.batch());
                  case BatchReply.RawDataLetGo done -> view(done.batch());
                  case BatchReply.Cancelled done -> view(done.batch());
                  case BatchReply.Rejected rejected -> throw Problem.of(409, rejected.reason());
                  case BatchReply.NotFound none ->
                      throw Problem.notFound("batch", none.batch().value());
                  case BatchReply.Claimed other -> throw unexpected(other);
                  case BatchReply.Observed other -> throw unexpected(other);
                  case BatchReply.WithdrawalNoted other -> throw unexpected(other);
                  case BatchReply.State other -> throw unexpected(other);
                });
  }

  private CompletionStage<HttpResponse> view(BatchId id) {
    return services
        .readModel()
        .batch(id)
        .thenApply(found -> Responses.ok(body(orMissing(found, id))));
  }

  private CompletionStage<HttpResponse> withCosts(BatchView batch) {
    return services
        .readModel()
        .jobs(
            new ReadModel.Filter(
                Map.of("batch_id", batch.id().value()), MOST_JOBS, Optional.empty()))
        .thenApply(
            jobs -> {
              ObjectNode body = body(batch);
              body.set(
                  "costs", BatchCosts.of(batch, jobs.items(), services.prices(), Instant.now()));
              return Responses.ok(body);
            });
  }

  /** A batch with the harmonised form of its metadata, made by the rules as they are now. */
  private ObjectNode body(BatchView batch) {
    ObjectNode body = Json.MAPPER.valueToTree(batch);
    ObjectNode metadata = body.putObject("metadata");
    metadata.set("original", body.path("key_values"));
    metadata.set(
        "harmonised", Json.MAPPER.valueToTree(services.catalog().harmonise(batch.keyValues())));
    return body;
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
