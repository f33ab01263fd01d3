package refinery.http;

import akka.actor.typed.ActorRef;
import akka.http.javadsl.model.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import refinery.protocol.BatchId;
import refinery.protocol.FailureClass;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobState;
import refinery.protocol.query.JobView;

/**
 * Routes of jobs: lists them, shows them with history and log, and posts, retries, cancels and
 * reprioritises them.
 */
final class JobRoutes {
  private static final int MOST_JOBS = 1000;
  private static final int DEFAULT_PRIORITY = 50;
  private static final Map<String, Consumer<String>> CHECKS =
      Map.of(
          "state",
          Lists.oneOf(Arrays.stream(JobState.values()).map(JobState::word).toList()),
          "kind",
          Lists.oneOf(Arrays.stream(JobKind.values()).map(JobKind::word).toList()),
          "node",
          text -> NodeId.of(text),
          "survey_id",
          text -> SurveyId.of(text),
          "batch_id",
          text -> BatchId.of(text),
          "failure_class",
          Lists.oneOf(Arrays.stream(FailureClass.values()).map(FailureClass::word).toList()),
          "failure_group",
          FailureRoutes::check);

  private final FrontendServices services;
  private final JobLog log;

  JobRoutes(FrontendServices services, JobLog log) {
    this.services = services;
    this.log = log;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/api/v1/jobs",
            Lists.parameters(
                "state",
                "kind",
                "node",
                "survey_id",
                "batch_id",
                "failure_class",
                "failure_group",
                "pipeline"),
            exchange ->
                services.readModel().jobs(Lists.filter(exchange, CHECKS)).thenApply(Responses::ok)),
        Endpoint.post("/api/v1/jobs", this::create).runningCommands(),
        Endpoint.get("/api/v1/jobs/{id}", exchange -> existing(exchange).thenApply(Responses::ok)),
        Endpoint.get("/api/v1/jobs/{id}/history", this::history),
        Endpoint.get("/api/v1/jobs/{id}/log", java.util.Set.of("follow", "heartbeat"), this::log)
            .accepting("text/plain"),
        Endpoint.action(
            "/api/v1/jobs/{id}/retry",
            exchange -> {
              exchange.requireEmptyBody();
              return act(exchange, replyTo -> new JobCommand.Retry(exchange.by(), replyTo));
            }),
        Endpoint.action("/api/v1/jobs/{id}/cancel", this::cancel),
        Endpoint.post("/api/v1/jobs/{id}/priority", this::priority));
  }

  /**
   * Creates jobs. All entities are asked at once, and the response waits for the last. Status 200
   * means that all of them existed before, 201 that at least one is new.
   */
  private CompletionStage<HttpResponse> create(Exchange exchange) {
    Optional<String> key = Idempotency.key(exchange);
    Fields fields = exchange.fields();
    String pipeline = fields.requiredString("pipeline");
    List<String> command = fields.strings("command", 1000);
    int count = (int) fields.integer("count", 1, MOST_JOBS).orElse(1);
    int priority = (int) fields.integer("priority", 0, 100).orElse(DEFAULT_PRIORITY);
    Optional<Resources> resources = fields.nested("resources").map(JobRoutes::resources);
    fields.check();
    JobSpec spec =
        CatalogRoutes.valid(services.catalog().job(pipeline, command, priority, resources));
    Instant now = Instant.now();
    String seed = key.orElseGet(Ids::random);
    List<JobId> ids = new ArrayList<>(count);
    List<CompletableFuture<JobReply>> replies = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      JobId id = JobId.of(JobId.PREFIX + Ids.derive("posted", seed, Integer.toString(i)));
      JobSpec one = withId(spec, id, now).begunBy(exchange.trace());
      ids.add(id);
      replies.add(
          services
              .entities()
              .job(id, replyTo -> new JobCommand.Submit(one, exchange.by(), replyTo))
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
        .thenApply(
            all -> {
              boolean existed = true;
              for (CompletableFuture<JobReply> reply : replies) {
                existed &= accepted(reply.join()).existed();
              }
              return Responses.json(existed ? 200 : 201, Map.of("ids", ids));
            });
  }

  private static JobReply.Accepted accepted(JobReply reply) {
    if (reply instanceof JobReply.Accepted accepted) {
      return accepted;
    }
    throw reply instanceof JobReply.Rejected rejected
        ? Problem.of(409, rejected.reason())
        : unexpected(reply);
  }

  private static Resources resources(Fields fields) {
    fields.require("cpu");
    fields.require("memory");
    long cpu = fields.integer("cpu", 1, 1_000_000_000L).orElse(1);
    long memory = fields.integer("memory", 1, Long.MAX_VALUE / 4).orElse(1);
    long disk = fields.integer("disk", 0, Long.MAX_VALUE / 4).orElse(0);
    Map<String, Integer> tokens = new java.util.TreeMap<>();
    fields
        .object("tokens")
        .ifPresent(
            found ->
                found
                    .properties()
                    .forEach(
                        entry -> {
                          if (entry.getValue().isInt() && entry.getValue().intValue() > 0) {
                            tokens.put(entry.getKey(), entry.getValue().intValue());
                          } else {
                            fields.wrong("tokens", "must be an object of positive integers");
                          }
                        }));
    fields.unknown();
    return new Resources(cpu, memory, disk, tokens);
  }

  private static JobSpec withId(JobSpec spec, JobId id, Instant at) {
    return new JobSpec(
        id,
        spec.kind(),
        spec.surveyId(),
        spec.batchIds(),
        spec.pipeline(),
        spec.priority(),
        spec.order(),
        spec.resources(),
        spec.work(),
        at);
  }

  private CompletionStage<HttpResponse> history(Exchange exchange) {
    return existing(exchange)
        .thenCompose(job -> services.readModel().history(job.id()))
        .thenApply(
            events -> Responses.ok(new refinery.protocol.query.Page<>(events, Optional.empty())));
  }

  private CompletionStage<HttpResponse> log(Exchange exchange) {
    boolean follow = isOn(exchange, "follow");
    boolean heartbeat = isOn(exchange, "heartbeat");
    return existing(exchange).thenApply(job -> log.response(job, follow, heartbeat));
  }

  /** A parameter that is on when it is given without a value, too. */
  private static boolean isOn(Exchange exchange, String name) {
    return switch (exchange.parameter(name).orElse("false")) {
      case "", "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw Problem.badRequest("?" + name, "must be true or false");
    };
  }

  private CompletionStage<HttpResponse> cancel(Exchange exchange) {
    Fields fields = exchange.fields();
    String reason = fields.string("reason").orElse("cancelled over HTTP");
    fields.check();
    return act(exchange, replyTo -> new JobCommand.Cancel(reason, exchange.by(), replyTo));
  }

  private CompletionStage<HttpResponse> priority(Exchange exchange) {
    Fields fields = exchange.fields();
    fields.require("priority");
    OptionalLong priority = fields.integer("priority", 0, 100);
    fields.check();
    int wanted = (int) priority.orElseThrow();
    return act(exchange, replyTo -> new JobCommand.SetPriority(wanted, exchange.by(), replyTo));
  }

  private CompletionStage<HttpResponse> act(
      Exchange exchange, Function<ActorRef<JobReply>, JobCommand> command) {
    return existing(exchange)
        .thenCompose(view -> services.entities().job(view.id(), command))
        .thenCompose(
            reply ->
                switch (reply) {
                  case JobReply.Cancelled done -> view(done.job());
                  case JobReply.Retried done -> view(done.job());
                  case JobReply.PrioritySet done -> view(done.job());
                  case JobReply.Rejected rejected -> throw Problem.of(409, rejected.reason());
                  case JobReply.RawDataGone gone ->
                      throw Problem.of(409, "its batches let it go; reprocess the batch instead");
                  case JobReply.NotFound none -> throw Problem.notFound("job", none.job().value());
                  case JobReply.Accepted other -> throw unexpected(other);
                  case JobReply.Granted other -> throw unexpected(other);
                  case JobReply.BeginsAlone other -> throw unexpected(other);
                  case JobReply.Refused other -> throw unexpected(other);
                  case JobReply.FinishAccepted other -> throw unexpected(other);
                  case JobReply.Stale other -> throw unexpected(other);
                  case JobReply.Lost other -> throw unexpected(other);
                  case JobReply.Released other -> throw unexpected(other);
                  case JobReply.PriorityKept other -> throw unexpected(other);
                  case JobReply.State other -> throw unexpected(other);
                });
  }

  private CompletionStage<HttpResponse> view(JobId id) {
    return services.readModel().job(id).thenApply(found -> Responses.ok(orMissing(found, id)));
  }

  private CompletionStage<JobView> existing(Exchange exchange) {
    JobId id = exchange.id("job", JobId::of);
    return services.readModel().job(id).thenApply(found -> orMissing(found, id));
  }

  private static JobView orMissing(Optional<JobView> found, JobId id) {
    return found.orElseThrow(() -> Problem.notFound("job", id.value()));
  }

  private static IllegalStateException unexpected(JobReply reply) {
    return new IllegalStateException("unexpected reply " + reply);
  }
}
