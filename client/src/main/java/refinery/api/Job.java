package refinery.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A job.
 *
 * @param kind survey, download or process
 * @param state queued, running, waiting, succeeded, failed, cancelled or unplaceable
 * @param attempt the number of the current or last attempt
 * @param waitingFor why it waits, in words
 */
public record Job(
    String id,
    String kind,
    Optional<String> surveyId,
    List<String> batchIds,
    String pipeline,
    String state,
    int attempt,
    Optional<String> node,
    int priority,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    Optional<Failure> failure,
    Optional<String> waitingFor) {
  private static final Set<String> ENDS = Set.of("succeeded", "failed", "cancelled");

  /**
   * Why it failed.
   *
   * @param kind transient, corrupt, absent, out_of_memory, ...
   */
  public record Failure(@JsonProperty("class") String kind, String message, String step) {}

  public Job {
    batchIds = List.copyOf(batchIds);
  }

  public boolean hasEnded() {
    return ENDS.contains(state);
  }
}
