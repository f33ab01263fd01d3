package refinery.protocol.survey;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A request to discover data at a source, already validated against the source's schema.
 *
 * @param source e.g. {@code ena}
 * @param parameters a JSON object with defaults filled in
 * @param pipeline what each batch goes through
 * @param pipelineParameters of the pipeline, validated; they are part of each batch's identity
 * @param priority 0 to 100, larger first
 * @param plan true: nothing begins before the plan was answered
 * @param fresh true: what was refined before from the same is not reused, and batches that are done
 *     are refined again
 * @param answers to questions that are known before they are asked, by the question's id
 */
public record SurveyRequest(
    String source,
    JsonNode parameters,
    String pipeline,
    Map<String, String> pipelineParameters,
    int priority,
    Map<String, String> labels,
    boolean plan,
    Map<String, JsonNode> answers,
    boolean fresh) {
  public SurveyRequest {
    answers = answers == null ? Map.of() : Map.copyOf(answers);
    pipelineParameters = Map.copyOf(pipelineParameters);
    labels = Map.copyOf(labels);
  }

  /** A survey that asks nothing. */
  public SurveyRequest(
      String source,
      JsonNode parameters,
      String pipeline,
      Map<String, String> pipelineParameters,
      int priority,
      Map<String, String> labels) {
    this(
        source, parameters, pipeline, pipelineParameters, priority, labels, false, Map.of(), false);
  }

  /** The same, planned first. */
  public SurveyRequest planned(Map<String, JsonNode> givenAnswers) {
    return new SurveyRequest(
        source,
        parameters,
        pipeline,
        pipelineParameters,
        priority,
        labels,
        true,
        givenAnswers,
        fresh);
  }

  /** The same with nothing reused. */
  public SurveyRequest afresh() {
    return new SurveyRequest(
        source, parameters, pipeline, pipelineParameters, priority, labels, plan, answers, true);
  }

  /** The same with these labels. */
  public SurveyRequest labelled(Map<String, String> others) {
    return new SurveyRequest(
        source, parameters, pipeline, pipelineParameters, priority, others, plan, answers, fresh);
  }
}
