package refinery.protocol.query;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;

/** A batch as the API shows it. */
public record BatchView(
    BatchId id,
    List<SurveyId> surveyIds,
    String source,
    String key,
    String pipeline,
    Optional<String> organism,
    Map<String, String> keyValues,
    Map<String, String> parameters,
    List<NeedView> needs,
    BatchState state,
    Optional<String> reason,
    Instant createdAt,
    Instant updatedAt,
    List<FileView> files,
    List<JobId> jobIds,
    List<ArtifactView> artifacts,
    Map<String, String> facts) {

  /** The same with the reason why it is in its state. */
  public BatchView because(String why) {
    return new BatchView(
        id,
        surveyIds,
        source,
        key,
        pipeline,
        organism,
        keyValues,
        parameters,
        needs,
        state,
        Optional.of(why),
        createdAt,
        updatedAt,
        files,
        jobIds,
        artifacts,
        facts);
  }

  /**
   * What it needs to be processed, as far as that can be told already.
   *
   * @param kind {@code download} or {@code output} (of another batch)
   * @param state {@code met}, {@code waiting} or {@code impossible}
   * @param detail in words
   */
  public record NeedView(String role, String kind, String state, String detail) {}

  /** A file of the batch; {@code deliveredFrom} is known once it was downloaded. */
  public record FileView(
      String name,
      String format,
      List<String> locations,
      OptionalLong size,
      Optional<String> md5,
      Optional<String> deliveredFrom) {}

  /**
   * @param role what its pipeline calls it; {@code log} of a step's log
   */
  public record ArtifactView(
      String name, String sha256, long size, String mediaType, String role, String href) {}
}
