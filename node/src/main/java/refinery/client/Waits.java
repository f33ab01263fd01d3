package refinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the jobs of a survey wait for, in the words of the jobs themselves. */
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
    return reasons;
  }

  private static String reason(JsonNode job) {
    String why = Table.printable(job.path("waiting_for").asText(""), 300);
    return why.isEmpty() ? "a job is " + job.path("state").asText() : why;
  }
}
