package refinery.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A unit of data and what it was refined to.
 *
 * @param key as its archive calls it, such as a run accession
 * @param state queued, downloading, downloaded, processing, done, failed, cancelled or planned
 * @param reason why it is in this state
 */
public record Batch(
    String id,
    List<String> surveyIds,
    String source,
    String key,
    String pipeline,
    Optional<String> organism,
    String state,
    Optional<String> reason,
    Instant createdAt,
    Instant updatedAt,
    List<String> jobIds,
    List<Artifact> artifacts,
    Map<String, String> facts) {
  public Batch {
    surveyIds = List.copyOf(surveyIds);
    jobIds = List.copyOf(jobIds);
    artifacts = List.copyOf(artifacts);
    facts = facts == null ? Map.of() : Map.copyOf(facts);
  }
}
