package refinery.chaos.check;

import java.util.List;
import java.util.Map;

/**
 * What a checker found.
 *
 * @param violations sentences that name the job, batch or survey
 * @param tally counts for the report, in order
 */
public record Verdict(List<String> violations, Map<String, Long> tally) {
  public Verdict {
    violations = List.copyOf(violations);
  }
}
