package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
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

  PlanRoutes(FrontendServices services) {
    this.services = services;
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
        .thenCombine(services.readModel().plan(id), Sums::new)
        .thenCombine(services.readModel().batches(filter), PlanRoutes::shown)
        .thenApply(Responses::ok);
  }

  private record Sums(SurveyView survey, SurveyPlan plan) {}

  private static ObjectNode shown(Sums sums, Page<BatchView> page) {
    ObjectNode shown = Json.MAPPER.createObjectNode();
    shown.put("survey_id", sums.survey().id().value());
    shown.put("state", sums.survey().state().word());
    SurveyPlan plan = sums.plan();
    ObjectNode totals = shown.putObject("totals");
    totals.put("take", plan.take());
    totals.put("skip", plan.skip());
    totals.put("bytes", plan.bytes());
    totals.put("files_of_unknown_size", plan.filesOfUnknownSize());
    if (plan.cpuHours().isPresent()) {
      totals.put("cpu_hours", plan.cpuHours().getAsDouble());
    } else {
      totals.putNull("cpu_hours");
    }
    totals.put(
        "basis",
        plan.basis() == 0
            ? "no job of this pipeline has ended yet"
            : "mean of the last %d jobs of this pipeline".formatted(plan.basis()));
    totals.put("cpu_hours_so_far", plan.cpuHoursSoFar());
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
