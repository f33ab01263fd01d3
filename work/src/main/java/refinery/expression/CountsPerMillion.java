package refinery.expression;

/**
 * edgeR's counts per million, plain and as logarithms, and its filter of genes with too few counts.
 */
public final class CountsPerMillion {
  private static final double PRIOR = 2;
  private static final double LEAST_COUNT = 10;
  private static final double LEAST_TOTAL = 15;
  private static final double LARGE_GROUP = 10;
  private static final double LEAST_PART = 0.7;
  private static final double TOLERANCE = 1e-14;

  private final double[] sizes;
  private final double meanSize;

  private CountsPerMillion(double[] sizes) {
    this.sizes = sizes;
    this.meanSize = ExactSum.of(sizes) / sizes.length;
  }

  /**
   * @param factors edgeR's; the libraries' sizes are multiplied with them
   */
  public static CountsPerMillion of(Counts counts, double... factors) throws UnusableInput {
    double[] sizes = Libraries.of(counts).sizes().clone();
    for (int sample = 0; sample < sizes.length; sample++) {
      sizes[sample] *= factors[sample];
    }
    return new CountsPerMillion(sizes);
  }

  public double of(int sample, double count) {
    return count / sizes[sample] * 1e6;
  }

  /** To base 2, of the count and a prior in proportion to the library. */
  public double log(int sample, double count) {
    double prior = PRIOR * sizes[sample] / meanSize;
    return Log2.of((count + prior) / (sizes[sample] + 2 * prior) * 1e6);
  }

  /**
   * The rows that have enough counts to be compared: edgeR's filterByExpr.
   *
   * @param smallestGroup samples in the smallest group that is compared
   */
  public boolean[] kept(Counts counts, int smallestGroup) {
    double least = LEAST_COUNT / Medians.of(sizes.clone(), sizes.length) * 1e6;
    double needed =
        smallestGroup > LARGE_GROUP
            ? LARGE_GROUP + (smallestGroup - LARGE_GROUP) * LEAST_PART
            : smallestGroup;
    int[] enough = new int[counts.rows()];
    double[] totals = new double[counts.rows()];
    for (int sample = 0; sample < counts.samples(); sample++) {
      double[] column = counts.column(sample);
      for (int row = 0; row < totals.length; row++) {
        enough[row] += of(sample, column[row]) >= least ? 1 : 0;
        totals[row] += column[row];
      }
    }
    boolean[] kept = new boolean[totals.length];
    for (int row = 0; row < kept.length; row++) {
      kept[row] = enough[row] >= needed - TOLERANCE && totals[row] >= LEAST_TOTAL - TOLERANCE;
    }
    return kept;
  }
}
