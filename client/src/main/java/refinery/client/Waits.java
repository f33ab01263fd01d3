package refinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the jobs and batches of a survey wait for, in their own words. */
public final class Waits {
  /** The states in which a job is not even in line for a node. */
  public static final List<String> STATES = List.of("waiting", "unplaceable");

  private static final int LOOKED_AT = 20;

  private Waits() {}

  /** Different reasons, a few at most; empty when nothing waits. */
  static Set<String> of(NodeClient client, String survey) {
    Set<String> reasons = new LinkedHashSet<>();
    for (String state : STATES) {
      client.list(
          "/jobs",
          Map.of("survey_id", survey, "state", state),
          LOOKED_AT,
          job -> reasons.add(reason(job)));
    }
    client.list(
        "/batches",
        Map.of("survey_id", survey, "state", "downloaded"),
        LOOKED_AT,
        batch -> words(batch, "reason").ifPresent(reasons::add));
    return reasons;
  }

  private static Optional<String> words(JsonNode node, String field) {
    String text = Table.printable(node.path(field).asText(""), 300);
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static String reason(JsonNode job) {
    return words(job, "waiting_for").orElse("a job is " + job.path("state").asText());
  }
}
