package refinery.quality;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Thresholds by which runs are judged. Immutable.
 *
 * @param name of the preset
 * @param sha256 of the file's text
 */
public record QualityRules(String name, String sha256, List<Threshold> thresholds) {
  /** The preset that is used when none is named. */
  public static final String DEFAULT = "default";

  public QualityRules {
    thresholds = List.copyOf(thresholds);
  }

  /**
   * Judges a run. What is unknown is no reason; but a run of which nothing could be judged does not
   * pass.
   */
  public Judgement judge(Measures measures) {
    Verdict verdict = Verdict.PASS;
    List<Reason> reasons = new ArrayList<>();
    List<String> notJudged = new ArrayList<>();
    for (Threshold threshold : thresholds) {
      OptionalDouble value = measures.value(threshold.measure());
      if (value.isEmpty()) {
        notJudged.add(threshold.measure().word());
        continue;
      }
      threshold.reason(value.getAsDouble()).ifPresent(reasons::add);
    }
    for (Reason reason : reasons) {
      verdict = verdict.worse(reason.level());
    }
    boolean nothing = notJudged.size() == thresholds.size();
    return new Judgement(nothing ? Verdict.WARN : verdict, reasons, notJudged);
  }
}
