package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.protocol.Json;
import refinery.protocol.catalog.Catalog;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.survey.SurveyRequest;

/**
 * The fields that ask for a survey, of a body or of a part of one.
 *
 * @param plan true: nothing begins before its plan was answered
 * @param reuse false: what was refined before is not reused
 */
record SurveyBody(
    Validated<SurveyRequest> validated,
    boolean plan,
    Map<String, JsonNode> answers,
    boolean reuse) {

  /** Reads the fields, and adds to them what is wrong; the caller checks them. */
  static SurveyBody read(Catalog catalog, Fields fields) {
    String source = fields.requiredString("source");
    Optional<ObjectNode> parameters = fields.object("parameters");
    fields.require("parameters");
    Optional<String> pipeline = fields.string("pipeline");
    Map<String, String> asked = fields.scalars("pipeline_parameters", 64, 1_000);
    OptionalLong priority = fields.integer("priority", 0, 100);
    Map<String, String> labels = fields.texts("labels", 64, 255);
    boolean plan = fields.bool("plan").orElse(false);
    Map<String, JsonNode> answers = PlanRoutes.answers(fields, plan);
    boolean reuse = fields.bool("reuse").orElse(true);
    Validated<SurveyRequest> validated =
        catalog.survey(
            source,
            parameters.<JsonNode>map(found -> found).orElseGet(Json.MAPPER::createObjectNode),
            pipeline,
            asked,
            priority.isPresent() ? Optional.of((int) priority.getAsLong()) : Optional.empty(),
            labels);
    if (!source.isEmpty()) {
      CatalogRoutes.problems(validated).forEach(fields::wrong);
    }
    return new SurveyBody(validated, plan, answers, reuse);
  }

  /** The request; only after the fields were checked. */
  SurveyRequest request() {
    SurveyRequest valid = CatalogRoutes.valid(validated);
    SurveyRequest request = reuse ? valid : valid.afresh();
    return plan ? request.planned(answers) : request;
  }
}
