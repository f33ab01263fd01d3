package refinery.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A survey.
 *
 * @param state running, awaiting_input, done, done_with_failures, failed or cancelled
 * @param reason why it is in this state
 * @param question what it asks while it is awaiting_input
 */
public record Survey(
    String id,
    String source,
    JsonNode parameters,
    String pipeline,
    int priority,
    Map<String, String> labels,
    String state,
    Optional<String> reason,
    Instant createdAt,
    Optional<Instant> finishedAt,
    Optional<JsonNode> question,
    Counts batches) {

  /** How many batches stand how. */
  public record Counts(
      long total,
      long queued,
      long downloading,
      long processing,
      long done,
      long failed,
      long cancelled,
      long planned) {}

  public Survey {
    labels = Map.copyOf(labels);
  }

  /** True once nothing more happens unless somebody acts; also while it asks. */
  public boolean isAtRest() {
    return !state.equals("running");
  }
}
