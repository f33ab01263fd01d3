package refinery.expression;

/** The logarithms of the genes' geometric means over all samples, and the factors made of them. */
final class GeometricMeans {
  /** Not finite where a gene takes no part. */
  private final double[] logs;

  private GeometricMeans(double[] logs) {
    this.logs = logs;
  }

  /** A gene takes part if all samples have counts of it. */
  static GeometricMeans ofAll(Counts counts) throws UnusableInput {
    double[] logs = new double[counts.rows()];
    for (int sample = 0; sample < counts.samples(); sample++) {
      double[] column = counts.column(sample);
      for (int row = 0; row < logs.length; row++) {
        logs[row] += Math.log(column[row]);
      }
    }
    return new GeometricMeans(means(logs, counts.samples()));
  }

  /** A gene takes part if any sample has counts of it; a count of 0 goes in as 1. */
  static GeometricMeans ofPositive(Counts counts) throws UnusableInput {
    double[] logs = new double[counts.rows()];
    boolean[] counted = new boolean[logs.length];
    for (int sample = 0; sample < counts.samples(); sample++) {
      double[] column = counts.column(sample);
      for (int row = 0; row < logs.length; row++) {
        if (column[row] > 0) {
          logs[row] += Math.log(column[row]);
          counted[row] = true;
        }
      }
    }
    for (int row = 0; row < logs.length; row++) {
      logs[row] = counted[row] ? logs[row] : Double.NEGATIVE_INFINITY;
    }
    return new GeometricMeans(means(logs, counts.samples()));
  }

  private static double[] means(double[] sums, int samples) throws UnusableInput {
    boolean any = false;
    for (int row = 0; row < sums.length; row++) {
      sums[row] /= samples;
      any |= Double.isFinite(sums[row]);
    }
    if (!any) {
      throw new UnusableInput("every gene has a sample without counts, so none can be compared");
    }
    return sums;
  }

  /** DESeq2's: the medians of the logarithms of the ratios, raised again. */
  double[] sizeFactors(Counts counts) {
    double[] factors = new double[counts.samples()];
    double[] ratios = new double[logs.length];
    for (int sample = 0; sample < factors.length; sample++) {
      double[] column = counts.column(sample);
      int size = 0;
      for (int row = 0; row < logs.length; row++) {
        if (Double.isFinite(logs[row]) && column[row] > 0) {
          ratios[size++] = Math.log(column[row]) - logs[row];
        }
      }
      factors[sample] = Math.exp(Medians.of(ratios, size));
    }
    return factors;
  }

  /** edgeR's: the medians of the ratios, as parts of the libraries. */
  static double[] relativeLogExpression(Counts counts, Libraries libraries) throws UnusableInput {
    double[] logs = ofAll(counts).logs;
    double[] factors = new double[counts.samples()];
    double[] ratios = new double[logs.length];
    for (int sample = 0; sample < factors.length; sample++) {
      double[] column = counts.column(sample);
      int size = 0;
      for (int row = 0; row < logs.length; row++) {
        double mean = Math.exp(logs[row]);
        if (mean > 0) {
          ratios[size++] = column[row] / mean;
        }
      }
      factors[sample] = Medians.of(ratios, size) / libraries.sizes()[sample];
    }
    return factors;
  }
}
