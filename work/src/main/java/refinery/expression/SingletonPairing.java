package refinery.expression;

import java.util.Arrays;

/**
 * edgeR's TMMwsp for a pair of samples. Genes with counts in one of them only, the singles, are
 * paired by size, and so take part.
 */
final class SingletonPairing {
  /** Counts up to here are 0. */
  private static final double ZERO = 1e-14;

  private static final double EVEN = 1e-6;

  private final double[] sample;
  private final double[] reference;
  private final double size;
  private final double ofReference;

  private SingletonPairing(double[] sample, double[] reference, double size, double ofReference) {
    this.sample = sample;
    this.reference = reference;
    this.size = size;
    this.ofReference = ofReference;
  }

  static double factor(double[] sample, double[] reference, double size, double ofReference) {
    double[] pairs = new double[sample.length];
    double[] ofPairs = new double[sample.length];
    double[] singles = new double[sample.length];
    double[] ofSingles = new double[sample.length];
    int paired = 0;
    int single = 0;
    int ofSingle = 0;
    for (int row = 0; row < sample.length; row++) {
      boolean has = sample[row] > ZERO;
      boolean referenceHas = reference[row] > ZERO;
      if (has && referenceHas) {
        pairs[paired] = sample[row];
        ofPairs[paired++] = reference[row];
      } else if (has) {
        singles[single++] = sample[row];
      } else if (referenceHas) {
        ofSingles[ofSingle++] = reference[row];
      }
    }
    Arrays.sort(singles, 0, single);
    Arrays.sort(ofSingles, 0, ofSingle);
    for (int i = 1; i <= Math.min(single, ofSingle); i++) {
      pairs[paired] = singles[single - i];
      ofPairs[paired++] = ofSingles[ofSingle - i];
    }
    return paired == 0
        ? 1
        : new SingletonPairing(
                Arrays.copyOf(pairs, paired), Arrays.copyOf(ofPairs, paired), size, ofReference)
            .factor();
  }

  private double factor() {
    int n = sample.length;
    double[] ratios = new double[n];
    double[] levels = new double[n];
    double greatest = 0;
    for (int i = 0; i < n; i++) {
      double p = sample[i] / size;
      double q = reference[i] / ofReference;
      ratios[i] = Log2.of(p / q);
      levels[i] = 0.5 * Log2.of(p * q);
      greatest = Math.max(greatest, Math.abs(ratios[i]));
    }
    if (greatest < TrimmedMeans.SAME) {
      return 1;
    }
    boolean[] byRatio = kept(Order.of(n, byRatio(ratios)), TrimmedMeans.RATIO_TRIM);
    boolean[] byLevel = kept(Order.of(n, (a, b) -> compare(levels, a, b)), TrimmedMeans.LEVEL_TRIM);
    ExactSum weighted = new ExactSum();
    ExactSum weights = new ExactSum();
    for (int i = 0; i < n; i++) {
      if (byRatio[i] && byLevel[i]) {
        double weight = weight(i);
        weighted.add(weight * ratios[i]);
        weights.add(weight);
      }
    }
    // Nothing is left if the trimmed ends of M are the middle of A; edgeR then has no number.
    return Math.pow(2, weighted.value() / weights.value());
  }

  /** Equal ratios are in the order of ratios that half a count more draws to 1. */
  private Order.Comparison byRatio(double[] ratios) {
    double[] shrunk = new double[ratios.length];
    for (int i = 0; i < shrunk.length; i++) {
      shrunk[i] =
          Log2.of(
              ((sample[i] + 0.5) / (size + 0.5)) / ((reference[i] + 0.5) / (ofReference + 0.5)));
    }
    return (a, b) -> ratios[a] == ratios[b] ? compare(shrunk, a, b) : compare(ratios, a, b);
  }

  private double weight(int i) {
    double p = sample[i] / size;
    double q = reference[i] / ofReference;
    double variance = (1 - p) / p / size + (1 - q) / q / ofReference;
    return (1 + EVEN) / (variance + EVEN);
  }

  /** As R compares: 0 equals -0. */
  private static int compare(double[] values, int a, int b) {
    return values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0;
  }

  private static boolean[] kept(int[] order, double trim) {
    boolean[] kept = new boolean[order.length];
    int low = (int) (order.length * trim);
    for (int i = low; i < order.length - low; i++) {
      kept[order[i]] = true;
    }
    return kept;
  }
}
