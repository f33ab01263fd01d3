package refinery.expression;

import java.util.Arrays;

/**
 * Quantile normalisation to a target distribution, as preprocessCore's {@code using_target}: a
 * value becomes the target's value at the same rank, or between two of them.
 */
public final class QuantileTarget {
  private static final double TINY = 4 * Math.ulp(1.0);

  private final double[] target;

  private QuantileTarget(double[] target) {
    this.target = target;
  }

  /** Of any values; NaN is left out. */
  public static QuantileTarget of(double... values) throws UnusableInput {
    double[] target = Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
    if (target.length == 0) {
      throw new UnusableInput("a target needs a value");
    }
    Arrays.sort(target);
    return new QuantileTarget(target);
  }

  /** The mean of the samples' sorted columns, which have a value in every row. */
  public static QuantileTarget mean(Columns columns) throws UnusableInput {
    double[] sums = new double[columns.rows()];
    for (int sample = 0; sample < columns.samples(); sample++) {
      double[] sorted = columns.column(sample).clone();
      Arrays.sort(sorted);
      for (int row = 0; row < sums.length; row++) {
        if (Double.isNaN(sorted[row])) {
          throw new UnusableInput(
              "sample %d lacks a value, so it cannot be part of a target".formatted(sample + 1));
        }
        sums[row] += sorted[row];
      }
    }
    for (int row = 0; row < sums.length; row++) {
      sums[row] /= columns.samples();
    }
    return of(sums);
  }

  /** The column in the target's distribution. NaN stays; ties get the same value. */
  public double[] normalised(double[] column) throws UnusableInput {
    int[] order = Order.of(column.length, (a, b) -> Double.compare(column[a], column[b]));
    int known = column.length;
    while (known > 0 && Double.isNaN(column[order[known - 1]])) {
      known--;
    }
    if (known == 1 && target.length > 1) {
      throw new UnusableInput("a column with one value has no distribution");
    }
    double[] normalised = new double[column.length];
    Arrays.fill(normalised, Double.NaN);
    for (int start = 0; start < known; ) {
      int end = start + 1;
      while (end < known && column[order[end]] == column[order[start]]) {
        end++;
      }
      double value = at((start + 1 + end) / 2.0, known, column.length);
      for (int i = start; i < end; i++) {
        normalised[order[i]] = value;
      }
      start = end;
    }
    return normalised;
  }

  private double at(double rank, int known, int rows) {
    if (rows == target.length && known == rows) {
      int low = (int) rank;
      return rank == low ? target[low - 1] : (target[low - 1] + target[low]) / 2;
    }
    if (target.length == 1) {
      return target[0];
    }
    double position = 1 + (target.length - 1) * ((rank - 1) / (known - 1));
    int low = (int) Math.floor(position + TINY);
    double fraction = position - low;
    if (Math.abs(fraction) <= TINY) {
      return target[low - 1];
    }
    return (1 - fraction) * target[low - 1] + fraction * target[low];
  }
}
