package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.http.forecast.Cluster;
import refinery.http.forecast.Comparison;
import refinery.http.forecast.Forecast;
import refinery.http.forecast.Prices;
import refinery.http.metadata.MetadataTable;
import refinery.protocol.Json;
import refinery.protocol.SurveyId;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.SurveyPlan;
import refinery.protocol.query.SurveyView;
import refinery.protocol.survey.PlanAnswer;

/** Shows the plan of a survey, and reads the answer to it. */
final class PlanRoutes {
  private static final String BATCHES = "survey_id";

  private final FrontendServices services;
  private final SchedulerQueries scheduler;

  PlanRoutes(FrontendServices services, SchedulerQueries scheduler) {
    this.services = services;
    this.scheduler = scheduler;
  }

  /** The answers that are given before the questions are asked: {@code {"plan": {...}}}. */
  static Map<String, JsonNode> answers(Fields fields, boolean plan) {
    Optional<Fields> given = fields.nested("answers");
    Optional<ObjectNode> answer = given.flatMap(all -> all.object(PlanAnswer.QUESTION));
    given.ifPresent(
        all -> {
          if (!plan) {
            fields.wrong("answers", "answers a question that is asked only with plan: true");
          }
          answer.ifPresent(node -> check(all, PlanAnswer.QUESTION, node));
          all.unknown();
        });
    return answer
        .<Map<String, JsonNode>>map(node -> Map.of(PlanAnswer.QUESTION, node))
        .orElse(Map.of());
  }

  /** The answer in the body of a request. */
  static JsonNode input(Fields fields) {
    fields.require("input");
    Optional<ObjectNode> input = fields.object("input");
    input.ifPresent(node -> check(fields, "input", node));
    fields.check();
    return input.orElseThrow();
  }

  private static void check(Fields fields, String name, JsonNode answer) {
    PlanAnswer.problems(answer)
        .forEach(problem -> fields.wrong(name + problem.pointer(), problem.message()));
  }

  CompletionStage<HttpResponse> show(Exchange exchange) {
    SurveyId id = exchange.id("survey", SurveyId::of);
    Filter page = Lists.filter(exchange, Map.of());
    Filter filter = new Filter(Map.of(BATCHES, id.value()), page.limit(), page.cursor());
    return services
        .readModel()
        .survey(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("survey", id.value())))
        .thenCombine(sums(id), PlanRoutes::shown)
        .thenCombine(services.readModel().batches(filter), PlanRoutes::withItems)
        .thenApply(Responses::ok);
  }

  /** What the survey asks, and what each answer to it would do. */
  CompletionStage<HttpResponse> question(Exchange exchange) {
    SurveyId id = exchange.id("survey", SurveyId::of);
    OptionalLong atMost = atMost(exchange);
    return services
        .readModel()
        .survey(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("survey", id.value())))
        .thenCompose(
            survey ->
                survey.question().isEmpty()
                    ? CompletableFuture.completedFuture(asked(survey, List.of()))
                    : sums(id)
                        .thenApply(
                            sums ->
                                asked(
                                    survey, Effect.of(sums.plan().all(), atMost, sums::forecast))))
        .thenApply(Responses::ok);
  }

  private static OptionalLong atMost(Exchange exchange) {
    Optional<String> text = exchange.parameter("at_most").filter(value -> !value.isEmpty());
    if (text.isPresent() && !text.get().matches("\\d{1,9}")) {
      throw Problem.badRequest("?at_most", "must be a whole number of at most nine digits");
    }
    return text.map(Long::parseLong).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  private static ObjectNode asked(SurveyView survey, List<Effect> effects) {
    ObjectNode shown = Json.MAPPER.createObjectNode();
    shown.put("survey_id", survey.id().value());
    shown.set("question", Json.MAPPER.valueToTree(survey.question()));
    ArrayNode answers = shown.putArray("effects");
    effects.forEach(effect -> answers.add(effect.shown()));
    return shown;
  }

  /** What came true of the forecast; null before anything of the survey was begun. */
  CompletionStage<JsonNode> cameTrue(SurveyId id) {
    return sums(id).thenApply(PlanRoutes::cameTrue);
  }

  private record Sums(SurveyPlan plan, Optional<Cluster> cluster, Optional<Prices> prices) {
    Forecast forecast(SurveyPlan.Batches batches) {
      return Forecast.of(batches, plan.earlier(), cluster, prices);
    }
  }

  /** A plan is shown without its time when the scheduler does not answer. */
  private CompletionStage<Sums> sums(SurveyId id) {
    CompletionStage<Optional<Cluster>> cluster =
        scheduler
            .describe()
            .thenApply(Cluster::of)
            .handle((found, silent) -> Optional.ofNullable(found));
    return services
        .readModel()
        .plan(id)
        .thenCombine(cluster, (plan, nodes) -> new Sums(plan, nodes, services.prices()));
  }

  private static ObjectNode shown(SurveyView survey, Sums sums) {
    ObjectNode shown = Json.MAPPER.createObjectNode();
    shown.put("survey_id", survey.id().value());
    shown.put("state", survey.state().word());
    shown.set("totals", totals(sums));
    shown.set("came_true", cameTrue(sums));
    return shown;
  }

  private static ObjectNode totals(Sums sums) {
    SurveyPlan plan = sums.plan();
    ObjectNode totals = Json.MAPPER.createObjectNode();
    totals.put("take", plan.all().take());
    totals.put("skip", plan.all().skip());
    totals.put("files_of_unknown_size", plan.all().filesOfUnknownSize());
    totals.setAll(Json.MAPPER.<ObjectNode>valueToTree(sums.forecast(plan.all())));
    totals.put(
        "basis",
        plan.earlier().jobs() == 0
            ? "no job of this pipeline had ended before"
            : "mean of the last %d jobs of this pipeline before".formatted(plan.earlier().jobs()));
    totals.put("cpu_hours_so_far", plan.truth().cpuSeconds() / 3600);
    return totals;
  }

  private static JsonNode cameTrue(Sums sums) {
    SurveyPlan plan = sums.plan();
    if (plan.chosen().take() == 0) {
      return NullNode.getInstance();
    }
    ObjectNode shown = Json.MAPPER.createObjectNode();
    shown.put("batches", plan.chosen().take());
    shown.put("ended", plan.truth().ended());
    shown.setAll(
        Json.MAPPER.<ObjectNode>valueToTree(Comparison.of(plan, sums.forecast(plan.chosen()))));
    return shown;
  }

  private static ObjectNode withItems(ObjectNode shown, Page<BatchView> page) {
    ArrayNode items = shown.putArray("items");
    page.items().forEach(batch -> items.add(item(batch)));
    page.next().ifPresentOrElse(next -> shown.put("next", next), () -> shown.putNull("next"));
    return shown;
  }

  private static ObjectNode item(BatchView batch) {
    ObjectNode item = Json.MAPPER.createObjectNode();
    item.put("batch_id", batch.id().value());
    item.put("key", batch.key());
    batch.organism().ifPresent(organism -> item.put("organism", organism));
    item.put("state", batch.state().word());
    item.put("decision", MetadataTable.decision(batch));
    batch.reason().ifPresent(reason -> item.put("reason", reason));
    item.put("bytes", batch.files().stream().mapToLong(file -> file.size().orElse(0)).sum());
    return item;
  }
}
