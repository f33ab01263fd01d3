package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.trace.TraceContext;

/**
 * A job as it was submitted. It never changes.
 *
 * @param surveyId the survey that first wanted it; its share of the cluster is used
 * @param batchIds its first owners, which are told about its status; a download may gain more later
 * @param pipeline name of the pipeline, or empty
 * @param priority 0 to 100, larger first
 * @param order bytes of input; inside a survey smaller ones go first
 * @param resources what its first attempt reserves
 * @param declared what its pipeline declares, when {@code resources} were learned from earlier jobs
 * @param trace what began it; empty when that was not traced
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
    Instant createdAt,
    Optional<Resources> declared,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<TraceContext> trace) {
  public JobSpec {
    declared = declared == null ? Optional.empty() : declared;
    trace = trace == null ? Optional.empty() : trace;
    batchIds = List.copyOf(batchIds);
  }

  /** A job that reserves what is declared. */
  public JobSpec(
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
    this(
        id,
        kind,
        surveyId,
        batchIds,
        pipeline,
        priority,
        order,
        resources,
        work,
        createdAt,
        Optional.empty(),
        Optional.empty());
  }

  /** The same, begun by that. */
  public JobSpec begunBy(Optional<TraceContext> context) {
    return new JobSpec(
        id, kind, surveyId, batchIds, pipeline, priority, order, resources, work, createdAt,
        declared, context);
  }

  /** The id alone is enough, since equal specs have equal ids; hashing the rest would be slow. */
  @Override
  public int hashCode() {
    return id.hashCode();
  }
}
