package refinery.http.crate;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.SurveyView;

/**
 * What a crate tells of.
 *
 * @param jobs of the batch, oldest first
 * @param survey the first that found it
 * @param pipeline as this node describes it; empty if it has none of this name any more
 * @param pipelineFile the text of its file
 * @param base scheme, host and port of the API
 * @param version of Refinery
 */
public record Run(
    BatchView batch,
    List<JobView> jobs,
    Optional<SurveyView> survey,
    Optional<JsonNode> pipeline,
    Optional<String> pipelineFile,
    String base,
    String version) {
  public Run {
    jobs = List.copyOf(jobs);
  }

  /** The pipeline's file in UTF-8, or a comment that there is none. */
  public byte[] workflow() {
    return pipelineFile
        .orElse("# This node has no file of the pipeline of this name any more.\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}
