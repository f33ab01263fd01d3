package refinery.protocol.survey;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A request to discover data at a source, already validated against the source's schema.
 *
 * @param source e.g. {@code ena}
 * @param parameters a JSON object with defaults filled in
 * @param pipeline what each batch goes through
 * @param pipelineParameters of the pipeline, validated; they belong to each batch's identity
 * @param priority 0 to 100, larger first
 */
public record SurveyRequest(
    String source,
    JsonNode parameters,
    String pipeline,
    Map<String, String> pipelineParameters,
    int priority,
    Map<String, String> labels) {
  public SurveyRequest {
    pipelineParameters = Map.copyOf(pipelineParameters);
    labels = Map.copyOf(labels);
  }
}
