package refinery.protocol.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;

/**
 * A batch as the API shows it.
 *
 * @param surveyIds the surveys that ever found it
 * @param observers ids of the surveys and batches that are told about its state
 * @param actor who cancelled it or took it up again; empty once it has ended by itself
 * @param withdrawnAt when a complete search of its source did not list it any more; empty: it is
 *     listed, as far as is known
 */
public record BatchView(
    BatchId id,
    List<SurveyId> surveyIds,
    List<String> observers,
    String source,
    String key,
    String pipeline,
    Optional<String> organism,
    Map<String, String> keyValues,
    Map<String, String> parameters,
    List<NeedView> needs,
    BatchState state,
    Optional<String> reason,
    Optional<Actor> actor,
    Instant createdAt,
    Instant updatedAt,
    List<FileView> files,
    List<JobId> jobIds,
    List<ArtifactView> artifacts,
    Map<String, String> facts,
    Optional<Instant> withdrawnAt) {
  public BatchView {
    observers = observers == null ? List.of() : List.copyOf(observers);
    withdrawnAt = withdrawnAt == null ? Optional.empty() : withdrawnAt;
  }

  /** How good the run is; empty while it is not done, and for pipelines that judge nothing. */
  @JsonProperty(value = "quality", access = JsonProperty.Access.READ_ONLY)
  public Optional<QualityView> quality() {
    return state == BatchState.DONE ? QualityView.of(facts) : Optional.empty();
  }

  /** The same view with this reason for its state. */
  public BatchView because(String why) {
    return new BatchView(
        id,
        surveyIds,
        observers,
        source,
        key,
        pipeline,
        organism,
        keyValues,
        parameters,
        needs,
        state,
        Optional.of(why),
        actor,
        createdAt,
        updatedAt,
        files,
        jobIds,
        artifacts,
        facts,
        withdrawnAt);
  }

  /**
   * A need of the batch before it can be processed, as far as needs are known already.
   *
   * @param kind {@code download}, {@code output} (of another batch) or {@code outputs} (of every
   *     batch of a set)
   * @param state {@code met}, {@code waiting} or {@code impossible}
   * @param detail in words
   * @param sha256 of the output that met it, or of the stored list of outputs
   */
  public record NeedView(
      String role, String kind, String state, String detail, Optional<String> sha256) {
    public NeedView {
      sha256 = sha256 == null ? Optional.empty() : sha256;
    }

    /** A need that no artifact has met. */
    public NeedView(String role, String kind, String state, String detail) {
      this(role, kind, state, detail, Optional.empty());
    }
  }

  /**
   * A file of the batch. {@code deliveredFrom} is the archive it came from, known once it was
   * downloaded.
   *
   * @param size bytes
   */
  public record FileView(
      String name,
      String format,
      List<String> locations,
      OptionalLong size,
      Optional<String> md5,
      Optional<String> deliveredFrom) {}

  /**
   * @param size bytes
   * @param role what its pipeline calls it; {@code log} for a step's log
   * @param href path of its bytes in the API
   */
  public record ArtifactView(
      String name, String sha256, long size, String mediaType, String role, String href) {}
}
