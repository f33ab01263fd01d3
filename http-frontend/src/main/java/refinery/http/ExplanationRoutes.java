package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.ReadModel;

/**
 * Routes that say why a job or a batch does not go on, and what would release it, in words and
 * numbers: the scheduler's own words for what is queued.
 */
final class ExplanationRoutes {
  private static final int MOST_JOBS = 100;
  private static final String BY_HAND = "somebody retries it";

  private final FrontendServices services;
  private final SchedulerQueries scheduler;

  ExplanationRoutes(FrontendServices services, SchedulerQueries scheduler) {
    this.services = services;
    this.scheduler = scheduler;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/api/v1/jobs/{id}/explanation", this::job),
        Endpoint.get("/api/v1/batches/{id}/explanation", this::batch));
  }

  private CompletionStage<HttpResponse> job(Exchange exchange) {
    JobId id = exchange.id("job", JobId::of);
    return services
        .readModel()
        .job(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("job", id.value())))
        .thenCompose(this::explain)
        .thenApply(Responses::ok);
  }

  private CompletionStage<ObjectNode> explain(JobView job) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("job", job.id().value());
    body.put("state", job.state().word());
    body.put(
        "waiting",
        switch (job.state()) {
          case QUEUED, WAITING, UNPLACEABLE -> true;
          case RUNNING, SUCCEEDED, FAILED, CANCELLED -> false;
        });
    body.set("retry_at", Json.MAPPER.valueToTree(job.nextAttemptAt()));
    return switch (job.state()) {
      case QUEUED, RUNNING, UNPLACEABLE ->
          asked(job.id()).thenApply(said -> scheduled(body, job, said));
      case WAITING -> CompletableFuture.completedFuture(waits(body, job));
      case FAILED -> told(body, "it has failed: " + words(job.failure()), List.of(BY_HAND));
      case CANCELLED -> told(body, job.waitingFor().orElse("it was cancelled"), List.of(BY_HAND));
      case SUCCEEDED -> told(body, "it has succeeded", List.of());
    };
  }

  private static CompletionStage<ObjectNode> told(
      ObjectNode body, String reason, List<String> release) {
    return CompletableFuture.completedFuture(said(body, reason, release));
  }

  private static ObjectNode said(ObjectNode body, String reason, List<String> release) {
    body.put("reason", reason);
    ArrayNode ways = body.putArray("release");
    release.forEach(ways::add);
    if (!body.has("scheduler")) {
      body.putNull("scheduler");
    }
    return body;
  }

  /** What the scheduler says; empty when it does not answer in time. */
  private CompletionStage<Optional<JsonNode>> asked(JobId job) {
    return scheduler.explain(job).handle((said, failure) -> Optional.ofNullable(said));
  }

  private static ObjectNode scheduled(ObjectNode body, JobView job, Optional<JsonNode> said) {
    if (said.isEmpty()) {
      String last = job.waitingFor().orElse("it is " + job.state().word());
      return said(body, last + "; the scheduler does not answer", List.of("the scheduler is back"));
    }
    body.set("scheduler", said.get());
    List<String> release =
        said.get().path("waits").path("release").valueStream().map(JsonNode::asText).toList();
    String reason = said.get().path("reason").asText("");
    return said(
        body,
        reason.isEmpty() ? job.waitingFor().orElse("it is " + job.state().word()) : reason,
        release);
  }

  private static ObjectNode waits(ObjectNode body, JobView job) {
    String reason =
        job.waitingFor()
            .orElseGet(() -> "attempt " + job.attempt() + " failed: " + words(job.failure()));
    String itself =
        job.nextAttemptAt()
            .map(
                at ->
                    "it is queued again by itself at %s, in %d s"
                        .formatted(
                            at, Math.max(0, Duration.between(Instant.now(), at).toSeconds())))
            .orElse("it is queued again by itself");
    return said(body, reason, List.of(itself, BY_HAND + ", which ends the wait at once"));
  }

  private static String words(Optional<Failure> failure) {
    return failure
        .map(
            why ->
                (why.step().isEmpty() ? "" : why.step() + ": ")
                    + why.message()
                    + " ("
                    + why.failureClass().word()
                    + ")")
        .orElse("no reason is known");
  }

  private CompletionStage<HttpResponse> batch(Exchange exchange) {
    BatchId id = exchange.id("batch", BatchId::of);
    return services
        .readModel()
        .batch(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("batch", id.value())))
        .thenCompose(this::explain)
        .thenApply(Responses::ok);
  }

  private CompletionStage<ObjectNode> explain(BatchView batch) {
    return services
        .readModel()
        .jobs(
            new ReadModel.Filter(
                Map.of("batch_id", batch.id().value()), MOST_JOBS, Optional.empty()))
        .thenApply(
            jobs -> jobs.items().stream().filter(job -> !job.state().isTerminal()).findFirst())
        .thenCompose(
            active ->
                active.isEmpty()
                    ? CompletableFuture.completedFuture(Optional.<ObjectNode>empty())
                    : explain(active.get()).thenApply(Optional::of))
        .thenApply(job -> explained(batch, job));
  }

  private static ObjectNode explained(BatchView batch, Optional<ObjectNode> job) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("batch", batch.id().value());
    body.put("state", batch.state().word());
    body.put(
        "waiting",
        !batch.state().isTerminal()
            && job.map(active -> active.path("waiting").asBoolean()).orElse(true));
    String reason =
        batch
            .reason()
            .or(() -> job.map(active -> active.path("reason").asText()))
            .orElse("it is " + batch.state().word());
    ArrayNode release = said(body, reason, List.of()).putArray("release");
    body.remove("scheduler");
    job.ifPresentOrElse(
        active -> active.path("release").forEach(release::add),
        () -> ways(batch).forEach(release::add));
    body.set("job", job.map(JsonNode.class::cast).orElse(null));
    return body;
  }

  /** What releases a batch for which no job works. */
  private static List<String> ways(BatchView batch) {
    return switch (batch.state()) {
      case DOWNLOADED ->
          batch.needs().stream()
              .filter(need -> need.state().equals("waiting"))
              .map(need -> need.detail() + " is made: it is then taken at once, by itself")
              .toList();
      case FAILED, CANCELLED -> List.of(BY_HAND);
      case PLANNED -> List.of("the survey's question is answered so that it is taken");
      case QUEUED, DOWNLOADING, PROCESSING -> List.of("its job is accepted, within seconds");
      case DONE -> List.of();
    };
  }
}
