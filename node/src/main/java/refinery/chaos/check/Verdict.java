package refinery.chaos.check;

import java.util.List;
import java.util.Map;

/**
 * What the checker found.
 *
 * @param violations each a sentence that names the job
 * @param tally counts for the report, in order
 */
public record Verdict(List<String> violations, Map<String, Long> tally) {
  public Verdict {
    violations = List.copyOf(violations);
  }
}
