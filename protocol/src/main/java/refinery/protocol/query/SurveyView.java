package refinery.protocol.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.survey.SurveyState;

/** A survey as the API shows it; {@code batches} is counted when read, zero in the stored row. */
public record SurveyView(
    SurveyId id,
    String source,
    JsonNode parameters,
    String pipeline,
    Map<String, String> pipelineParameters,
    int priority,
    Map<String, String> labels,
    SurveyState state,
    Optional<String> reason,
    Instant createdAt,
    Optional<Instant> finishedAt,
    JobId jobId,
    BatchCounts batches) {

  /** Counts by state; they add up to the total ({@code downloaded} counts as processing). */
  public record BatchCounts(
      long total,
      long queued,
      long downloading,
      long processing,
      long done,
      long failed,
      long cancelled) {
    public static final BatchCounts NONE = new BatchCounts(0, 0, 0, 0, 0, 0, 0);
  }

  public SurveyView withBatches(BatchCounts counts) {
    return new SurveyView(
        id,
        source,
        parameters,
        pipeline,
        pipelineParameters,
        priority,
        labels,
        state,
        reason,
        createdAt,
        finishedAt,
        jobId,
        counts);
  }
}
