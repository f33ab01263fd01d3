package refinery.expression;

import java.util.Arrays;

/**
 * edgeR's TMM and TMMwsp: each sample against a reference sample, by a weighted mean of the log
 * ratios of their genes (M) after the extremes of M and of the genes' levels (A) are trimmed.
 * Divisions and logarithms come in edgeR's order, so that ties are the same.
 */
final class TrimmedMeans {
  static final double RATIO_TRIM = 0.3;
  static final double LEVEL_TRIM = 0.05;
  static final double SAME = 1e-6;

  private TrimmedMeans() {}

  static double[] tmm(Counts counts, Libraries libraries) {
    double[] quartiles = Quartiles.upper(counts, libraries);
    int reference =
        Medians.of(quartiles.clone(), quartiles.length) < 1e-20
            ? richest(counts)
            : nearestTheirMean(quartiles);
    double[] column = counts.column(reference);
    double[] factors = new double[counts.samples()];
    for (int sample = 0; sample < factors.length; sample++) {
      factors[sample] =
          tmm(
              counts.column(sample),
              column,
              libraries.sizes()[sample],
              libraries.sizes()[reference]);
    }
    return factors;
  }

  static double[] tmmWithSingletonPairing(Counts counts, Libraries libraries) {
    int reference = richest(counts);
    double[] column = counts.column(reference);
    double[] factors = new double[counts.samples()];
    for (int sample = 0; sample < factors.length; sample++) {
      factors[sample] =
          SingletonPairing.factor(
              counts.column(sample),
              column,
              libraries.sizes()[sample],
              libraries.sizes()[reference]);
    }
    return factors;
  }

  private static int nearestTheirMean(double[] values) {
    double mean = ExactSum.of(values) / values.length;
    int nearest = 0;
    for (int i = 1; i < values.length; i++) {
      nearest = Math.abs(values[i] - mean) < Math.abs(values[nearest] - mean) ? i : nearest;
    }
    return nearest;
  }

  /** The sample with the greatest sum of the counts' roots. */
  private static int richest(Counts counts) {
    int richest = 0;
    double most = -1;
    for (int sample = 0; sample < counts.samples(); sample++) {
      double[] roots = counts.column(sample).clone();
      Arrays.setAll(roots, row -> Math.sqrt(roots[row]));
      double sum = ExactSum.of(roots);
      if (sum > most) {
        most = sum;
        richest = sample;
      }
    }
    return richest;
  }

  private static double tmm(double[] sample, double[] reference, double size, double ofReference) {
    double[] ratios = new double[sample.length];
    double[] levels = new double[sample.length];
    double[] variances = new double[sample.length];
    int n = 0;
    double greatest = 0;
    for (int row = 0; row < sample.length; row++) {
      double o = sample[row];
      double r = reference[row];
      if (o > 0 && r > 0) {
        ratios[n] = Log2.of((o / size) / (r / ofReference));
        levels[n] = (Log2.of(o / size) + Log2.of(r / ofReference)) / 2;
        variances[n] = (size - o) / size / o + (ofReference - r) / ofReference / r;
        greatest = Math.max(greatest, Math.abs(ratios[n]));
        n++;
      }
    }
    if (greatest < SAME) {
      return 1;
    }
    Kept byRatio = Kept.of(ratios, n, RATIO_TRIM);
    Kept byLevel = Kept.of(levels, n, LEVEL_TRIM);
    ExactSum weighted = new ExactSum();
    ExactSum weights = new ExactSum();
    for (int i = 0; i < n; i++) {
      if (byRatio.has(ratios[i]) && byLevel.has(levels[i])) {
        // A gene that is all of both libraries has no variance; R leaves out what is not a number.
        double part = ratios[i] / variances[i];
        weighted.add(Double.isNaN(part) ? 0 : part);
        weights.add(1 / variances[i]);
      }
    }
    double mean = weighted.value() / weights.value();
    return Double.isNaN(mean) ? 1 : Math.pow(2, mean);
  }

  /**
   * The values whose rank, the mean of ties, is between the trimmed ends. The rank grows with the
   * value, so they are a range.
   */
  private record Kept(double least, double greatest) {
    static Kept of(double[] values, int size, double trim) {
      double[] sorted = Arrays.copyOf(values, size);
      Arrays.sort(sorted);
      double low = Math.floor(size * trim) + 1;
      double high = size + 1 - low;
      double least = Double.NaN;
      double greatest = Double.NaN;
      for (int start = 0; start < size; ) {
        int end = start + 1;
        while (end < size && sorted[end] == sorted[start]) {
          end++;
        }
        double rank = (start + 1 + end) / 2.0;
        if (rank >= low && rank <= high) {
          least = Double.isNaN(least) ? sorted[start] : least;
          greatest = sorted[start];
        }
        start = end;
      }
      return new Kept(least, greatest);
    }

    boolean has(double value) {
      return value >= least && value <= greatest;
    }
  }
}
