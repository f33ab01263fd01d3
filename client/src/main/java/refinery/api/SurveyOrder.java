package refinery.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What to survey.
 *
 * @param parameters of the source, as {@code GET /sources} says
 * @param pipeline the source's own if empty
 * @param pipelineParameters as {@code GET /pipelines} says
 * @param priority from 0 to 100; 50 if empty
 * @param plan true: nothing begins before its plan was answered
 */
public record SurveyOrder(
    String source,
    JsonNode parameters,
    Optional<String> pipeline,
    Map<String, String> pipelineParameters,
    Optional<Integer> priority,
    Map<String, String> labels,
    boolean plan) {
  public SurveyOrder {
    pipelineParameters = Map.copyOf(pipelineParameters);
    labels = Map.copyOf(labels);
  }

  /** An order with parameters that are texts. */
  public static SurveyOrder of(String source, Map<String, String> parameters) {
    ObjectNode json = ApiJson.MAPPER.createObjectNode();
    new TreeMap<>(parameters).forEach(json::put);
    return new SurveyOrder(
        source, json, Optional.empty(), Map.of(), Optional.empty(), Map.of(), false);
  }

  public SurveyOrder through(String pipelineName) {
    return new SurveyOrder(
        source, parameters, Optional.of(pipelineName), pipelineParameters, priority, labels, plan);
  }

  public SurveyOrder labelled(Map<String, String> words) {
    return new SurveyOrder(source, parameters, pipeline, pipelineParameters, priority, words, plan);
  }

  public SurveyOrder planned() {
    return new SurveyOrder(
        source, parameters, pipeline, pipelineParameters, priority, labels, true);
  }

  ObjectNode json() {
    ObjectNode json = ApiJson.MAPPER.createObjectNode();
    json.put("source", source);
    json.set("parameters", parameters);
    pipeline.ifPresent(name -> json.put("pipeline", name));
    if (!pipelineParameters.isEmpty()) {
      json.set("pipeline_parameters", ApiJson.MAPPER.valueToTree(pipelineParameters));
    }
    priority.ifPresent(value -> json.put("priority", value));
    if (!labels.isEmpty()) {
      json.set("labels", ApiJson.MAPPER.valueToTree(labels));
    }
    if (plan) {
      json.put("plan", true);
    }
    return json;
  }
}
