package refinery.protocol.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.survey.Question;
import refinery.protocol.survey.SurveyState;

/**
 * A survey as the API shows it.
 *
 * @param actor who last posted, cancelled, retried or reprioritised it
 * @param plan true if nothing begins before its plan was answered
 * @param reuse false if what was refined before from the same is made again
 * @param question what it asks, while it waits for the answer
 * @param batches counted when the view is read; zero in the stored row
 */
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
    Optional<Actor> actor,
    Instant createdAt,
    Optional<Instant> finishedAt,
    JobId jobId,
    boolean plan,
    Boolean reuse,
    Optional<Question> question,
    BatchCounts batches) {
  public SurveyView {
    reuse = reuse == null || reuse;
  }

  /** A survey that reuses what was refined before. */
  public SurveyView(
      SurveyId id,
      String source,
      JsonNode parameters,
      String pipeline,
      Map<String, String> pipelineParameters,
      int priority,
      Map<String, String> labels,
      SurveyState state,
      Optional<String> reason,
      Optional<Actor> actor,
      Instant createdAt,
      Optional<Instant> finishedAt,
      JobId jobId,
      boolean plan,
      Optional<Question> question,
      BatchCounts batches) {
    this(
        id,
        source,
        parameters,
        pipeline,
        pipelineParameters,
        priority,
        labels,
        state,
        reason,
        actor,
        createdAt,
        finishedAt,
        jobId,
        plan,
        true,
        question,
        batches);
  }

  /**
   * Counts by state; they add up to the total ({@code downloaded} counts as processing).
   *
   * @param quality how many of those that are done got which verdict
   */
  public record BatchCounts(
      long total,
      long queued,
      long downloading,
      long processing,
      long done,
      long failed,
      long cancelled,
      long planned,
      QualityCounts quality) {
    public static final BatchCounts NONE =
        new BatchCounts(0, 0, 0, 0, 0, 0, 0, 0, QualityCounts.NONE);

    public BatchCounts {
      quality = quality == null ? QualityCounts.NONE : quality;
    }
  }

  /** Counts by verdict; what is done without one is not among them. */
  public record QualityCounts(long pass, long warn, long fail) {
    public static final QualityCounts NONE = new QualityCounts(0, 0, 0);
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
        actor,
        createdAt,
        finishedAt,
        jobId,
        plan,
        reuse,
        question,
        counts);
  }
}
