package refinery.curation;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** How pairs of runs correlate, by whether they share their project and their group. */
public record CorrelationStatistics(Map<Pairs, Summary> summaries) {
  /** The kinds of pairs; the words are amalgkit's, the project first. */
  public enum Pairs {
    BETWEEN_BETWEEN("bwbw"),
    WITHIN_BETWEEN("wibw"),
    BETWEEN_WITHIN("bwwi"),
    WITHIN_WITHIN("wiwi");

    private final String word;

    Pairs(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }

    static Pairs of(CuratedRun a, CuratedRun b) {
      boolean project = a.project().equals(b.project());
      boolean group = a.group().equals(b.group());
      return group
          ? (project ? WITHIN_WITHIN : BETWEEN_WITHIN)
          : (project ? WITHIN_BETWEEN : BETWEEN_BETWEEN);
    }
  }

  /**
   * @param variance of a sample (divided by n - 1); NaN of less than two
   */
  public record Summary(int pairs, double mean, double median, double variance) {
    static Summary of(double[] values) {
      if (values.length == 0) {
        return new Summary(0, Double.NaN, Double.NaN, Double.NaN);
      }
      Arrays.sort(values);
      int half = values.length / 2;
      double median = values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
      double mean = Arrays.stream(values).sum() / values.length;
      double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
      return new Summary(
          values.length,
          mean,
          median,
          values.length == 1 ? Double.NaN : squares / (values.length - 1));
    }
  }

  public CorrelationStatistics {
    summaries = Map.copyOf(summaries);
  }

  /**
   * @param taken which runs count, by number
   */
  public static CorrelationStatistics of(
      List<CuratedRun> runs, Correlations correlations, IntPredicate taken) {
    int[] counted = IntStream.range(0, runs.size()).filter(taken).toArray();
    Map<Pairs, Summary> summaries = new EnumMap<>(Pairs.class);
    for (Pairs pairs : Pairs.values()) {
      summaries.put(pairs, Summary.of(values(runs, correlations, counted, pairs)));
    }
    return new CorrelationStatistics(summaries);
  }

  private static double[] values(
      List<CuratedRun> runs, Correlations correlations, int[] counted, Pairs pairs) {
    double[] values = new double[1 << 10];
    int size = 0;
    for (int i = 0; i < counted.length; i++) {
      for (int j = i + 1; j < counted.length; j++) {
        if (Pairs.of(runs.get(counted[i]), runs.get(counted[j])) == pairs) {
          double value = correlations.of(counted[i], counted[j]);
          if (!Double.isNaN(value)) {
            if (size == values.length) {
              values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = value;
          }
        }
      }
    }
    return Arrays.copyOf(values, size);
  }
}
