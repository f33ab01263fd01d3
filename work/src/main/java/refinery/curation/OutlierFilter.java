package refinery.curation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import refinery.curation.Judgement.Exclusion;

/**
 * Amalgkit's wsfilter (0.16, amalgkit/per_species_python.py and outlier_utils.py): a run is an
 * outlier if it agrees better with another group's mean than with that of the others of its own,
 * and its margin is far below those of its group. Outliers are set aside and the rest is judged
 * again until there are none. What differs: a flagged run keeps the numbers it was flagged for,
 * where amalgkit's next round empties them; and the share of mapped reads is in percent, as are the
 * values that it is compared with (0.16 compares percent with parts of 1).
 */
public final class OutlierFilter {
  private static final double DEVIATIONS = 1.4826;
  private static final int SCORED = 3;

  /**
   * @param margin below which a run may be an outlier
   * @param robustZ and at most which
   * @param leastMappedPercent 0 to 100; runs below are flagged first; 0 flags none
   */
  public record Thresholds(double margin, double robustZ, double leastMappedPercent) {
    /** Amalgkit's. */
    public static Thresholds standard() {
      return new Thresholds(0, -2.5, 20);
    }
  }

  /** The judgements, in the order of the runs, and the number of rounds that were needed. */
  public record Outcome(List<Judgement> judgements, int rounds) {
    public Outcome {
      judgements = List.copyOf(judgements);
    }
  }

  private final List<CuratedRun> runs;
  private final Correlations correlations;
  private final Thresholds thresholds;
  private final Judgement[] judgements;

  private OutlierFilter(List<CuratedRun> runs, Correlations correlations, Thresholds thresholds) {
    this.runs = runs;
    this.correlations = correlations;
    this.thresholds = thresholds;
    this.judgements = new Judgement[runs.size()];
  }

  /**
   * @param correlations of these runs in this order
   */
  public static Outcome judge(
      List<CuratedRun> runs, Correlations correlations, Thresholds thresholds) {
    return new OutlierFilter(runs, correlations, thresholds).judge();
  }

  private Outcome judge() {
    for (int run = 0; run < judgements.length; run++) {
      CuratedRun curated = runs.get(run);
      boolean low = curated.mappedPercent().orElse(100) < thresholds.leastMappedPercent();
      judgements[run] = Judgement.none(curated, low ? Exclusion.LOW_MAPPING_RATE : Exclusion.NO);
    }
    int round = 0;
    while (round(round)) {
      round++;
    }
    return new Outcome(Arrays.asList(judgements), round + 1);
  }

  /** True if it flagged a run. */
  private boolean round(int round) {
    Map<String, List<Integer>> groups = groups();
    double[] margins = new double[runs.size()];
    Arrays.fill(margins, Double.NaN);
    if (groups.size() > 1) {
      Map<String, Correlations.MeanOf> means = new TreeMap<>();
      groups.forEach((group, members) -> means.put(group, correlations.mean(members)));
      for (List<Integer> members : groups.values()) {
        for (int run : members) {
          judgements[run] = measured(run, means, round);
          margins[run] = judgements[run].margin();
        }
      }
    }
    boolean flagged = false;
    for (List<Integer> members : groups.values()) {
      List<Integer> known = members.stream().filter(run -> !Double.isNaN(margins[run])).toList();
      double[] scores = scores(known.stream().mapToDouble(run -> margins[run]).toArray());
      for (int i = 0; i < scores.length; i++) {
        judgements[known.get(i)] = scored(judgements[known.get(i)], scores[i]);
        flagged |= judgements[known.get(i)].isFlagged();
      }
    }
    return flagged;
  }

  /** The runs that no round has flagged, by group. */
  private Map<String, List<Integer>> groups() {
    Map<String, List<Integer>> groups = new TreeMap<>();
    for (int run = 0; run < judgements.length; run++) {
      CuratedRun curated = runs.get(run);
      if (!judgements[run].isFlagged() && curated.isGrouped()) {
        groups.computeIfAbsent(curated.group(), group -> new ArrayList<>()).add(run);
      }
    }
    return groups;
  }

  private Judgement measured(int run, Map<String, Correlations.MeanOf> means, int round) {
    String own = runs.get(run).group();
    double within = means.get(own).withOthers(run);
    double elsewhere = Double.NaN;
    for (Map.Entry<String, Correlations.MeanOf> group : means.entrySet()) {
      if (!group.getKey().equals(own)) {
        double with = group.getValue().with(run);
        elsewhere = Double.isNaN(elsewhere) || with > elsewhere ? with : elsewhere;
      }
    }
    return new Judgement(
        runs.get(run),
        Exclusion.NO,
        within,
        elsewhere,
        within - elsewhere,
        Double.NaN,
        false,
        round);
  }

  private Judgement scored(Judgement measured, double score) {
    boolean small = Double.isNaN(score);
    boolean outlier =
        measured.margin() < thresholds.margin() && (small || score <= thresholds.robustZ());
    return new Judgement(
        measured.run(),
        outlier ? Exclusion.OUTLIER : Exclusion.NO,
        measured.within(),
        measured.elsewhere(),
        measured.margin(),
        score,
        small,
        measured.round());
  }

  /** How far each is from the median; NaN for less than three, 0 where none varies. */
  static double[] scores(double[] values) {
    double[] scores = new double[values.length];
    if (values.length < SCORED) {
      Arrays.fill(scores, Double.NaN);
      return scores;
    }
    double median = median(values);
    double scale =
        DEVIATIONS * median(Arrays.stream(values).map(v -> Math.abs(v - median)).toArray());
    double width = scale > 0 ? scale : deviation(values);
    for (int i = 0; i < scores.length; i++) {
      scores[i] = width > 0 ? (values[i] - median) / width : 0;
    }
    return scores;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private static double deviation(double[] values) {
    double mean = Arrays.stream(values).sum() / values.length;
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / (values.length - 1));
  }
}
