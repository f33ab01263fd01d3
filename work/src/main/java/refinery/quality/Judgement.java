package refinery.quality;

import java.util.Comparator;
import java.util.List;

/**
 * A verdict with its reasons, the worst first.
 *
 * @param notJudged names of measures for which there are thresholds, but which are unknown
 */
public record Judgement(Verdict verdict, List<Reason> reasons, List<String> notJudged) {
  public Judgement {
    reasons =
        reasons.stream()
            .sorted(Comparator.comparing(Reason::level, Comparator.reverseOrder()))
            .toList();
    notJudged = List.copyOf(notJudged);
  }
}
