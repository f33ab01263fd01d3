package refinery.http.crate;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import refinery.protocol.job.PipelineFacts;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.SurveyView;

/**
 * What a crate tells of.
 *
 * @param jobs of the batch, oldest first
 * @param survey the first that found it
 * @param pipeline as this node describes it; empty if it has none of this name any more
 * @param pipelineFile the text of its file: that which ran, where it is known, else as it is now
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

  /** The SHA-256 of the pipeline's file that ran, if this one is another. */
  public Optional<String> changedFile() {
    return Optional.ofNullable(batch.facts().get(PipelineFacts.FILE))
        .filter(ran -> !ran.equals(workflowSha256()));
  }

  /** The same with another file of the pipeline. */
  public Run withFile(String text) {
    return new Run(batch, jobs, survey, pipeline, Optional.of(text), base, version);
  }

  String workflowSha256() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(workflow()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  /** The pipeline's file in UTF-8, or a comment that there is none. */
  public byte[] workflow() {
    return pipelineFile
        .orElse("# This node has no file of the pipeline of this name any more.\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}
