package refinery.protocol.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;

/**
 * A job as its sender describes it.
 *
 * @param surveyId the survey it was first wanted by, for fair share
 * @param batchIds the batches to tell about its status; a download may gain more later
 * @param pipeline name of the pipeline, or empty
 * @param priority 0 to 100, larger first
 * @param order bytes of input: smaller first inside a survey
 */
public record JobSpec(
    JobId id,
    JobKind kind,
    Optional<SurveyId> surveyId,
    List<BatchId> batchIds,
    String pipeline,
    int priority,
    long order,
    Resources resources,
    Work work,
    Instant createdAt) {
  public JobSpec {
    batchIds = List.copyOf(batchIds);
  }

  /** Equal ones have equal ids; specs are looked up often, and are large. */
  @Override
  public int hashCode() {
    return id.hashCode();
  }
}
