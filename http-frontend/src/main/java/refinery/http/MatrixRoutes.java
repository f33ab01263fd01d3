package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import refinery.protocol.Json;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobState;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.SurveyMatrix;
import refinery.protocol.query.SurveyMatrix.Cell;
import refinery.protocol.query.SurveyMatrix.Row;
import refinery.protocol.query.SurveyView;

/** Shows the batches of a survey against the steps that each has to go through. */
final class MatrixRoutes {
  private static final List<String> STATES =
      Arrays.stream(BatchState.values()).map(BatchState::word).toList();

  private final FrontendServices services;

  MatrixRoutes(FrontendServices services) {
    this.services = services;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/api/v1/surveys/{id}/matrix", Lists.parameters("state"), this::show));
  }

  private CompletionStage<HttpResponse> show(Exchange exchange) {
    SurveyId id = exchange.id("survey", SurveyId::of);
    Filter filter = Lists.filter(exchange, Map.of("state", Lists.oneOf(STATES)));
    return services
        .readModel()
        .survey(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("survey", id.value())))
        .thenCombine(
            services.readModel().matrix(id, filter),
            (survey, matrix) -> Responses.ok(shown(survey, steps(survey, matrix), matrix)));
  }

  /** The steps of the survey's pipeline, then others that were recorded, as of a remedy. */
  private Set<String> steps(SurveyView survey, SurveyMatrix matrix) {
    Set<String> steps = new LinkedHashSet<>();
    for (JsonNode pipeline : services.catalog().pipelines()) {
      if (pipeline.path("name").asText().equals(survey.pipeline())) {
        pipeline.path("steps").forEach(step -> steps.add(step.path("name").asText()));
      }
    }
    matrix.items().forEach(row -> row.process().ifPresent(cell -> steps.addAll(cell.steps())));
    return steps;
  }

  private static ObjectNode shown(SurveyView survey, Set<String> steps, SurveyMatrix matrix) {
    ObjectNode shown = Json.MAPPER.createObjectNode();
    shown.put("survey_id", survey.id().value());
    shown.put("pipeline", survey.pipeline());
    shown.set("steps", Json.MAPPER.valueToTree(steps));
    ArrayNode items = shown.putArray("items");
    matrix.items().forEach(row -> items.add(item(row, steps)));
    shown.set("next", Json.MAPPER.valueToTree(matrix.next()));
    return shown;
  }

  private static ObjectNode item(Row row, Set<String> steps) {
    ObjectNode item = Json.MAPPER.createObjectNode();
    item.put("batch_id", row.batch().value());
    item.put("key", row.key());
    item.put("state", row.state().word());
    item.set("quality", Json.MAPPER.valueToTree(row.quality()));
    item.set("download", job(row.download()));
    item.set("process", job(row.process()));
    item.set("steps", Json.MAPPER.valueToTree(row.process().flatMap(cell -> states(cell, steps))));
    return item;
  }

  private static JsonNode job(Optional<Cell> cell) {
    return Json.MAPPER.valueToTree(
        cell.map(
            job -> {
              ObjectNode shown = Json.MAPPER.createObjectNode();
              shown.put("id", job.job().value()).put("state", job.state().word());
              job.failure().ifPresent(why -> shown.put("failure_class", why.word()));
              job.failedAt().ifPresent(step -> shown.put("failed_at", step));
              return shown;
            }));
  }

  /**
   * The state of each step, in the order of {@code steps}. Empty unless the job succeeded or
   * failed: what an attempt has done is recorded when it ends.
   */
  static Optional<List<String>> states(Cell cell, Set<String> steps) {
    boolean succeeded = cell.state() == JobState.SUCCEEDED;
    if (!succeeded && cell.state() != JobState.FAILED) {
      return Optional.empty();
    }
    return Optional.of(steps.stream().map(step -> state(cell, step, succeeded)).toList());
  }

  private static String state(Cell cell, String step, boolean succeeded) {
    if (!succeeded && cell.failedAt().equals(Optional.of(step))) {
      return "failed";
    }
    return cell.steps().contains(step) ? "succeeded" : succeeded ? "skipped" : "not_reached";
  }
}
