package refinery.expression;

import java.util.Arrays;

/**
 * What normalisation first needs to know of the counts: the samples' sums, and which rows have any
 * count.
 */
final class Libraries {
  private final double[] sizes;
  private final boolean[] counted;

  private Libraries(double[] sizes, boolean[] counted) {
    this.sizes = sizes;
    this.counted = counted;
  }

  static Libraries of(Counts counts) throws UnusableInput {
    double[] sizes = new double[counts.samples()];
    boolean[] counted = new boolean[counts.rows()];
    for (int sample = 0; sample < sizes.length; sample++) {
      double[] column = counts.column(sample);
      for (int row = 0; row < column.length; row++) {
        if (!(column[row] >= 0 && column[row] < Double.POSITIVE_INFINITY)) {
          throw new UnusableInput(
              "the count of sample %d in row %d is %s".formatted(sample + 1, row + 1, column[row]));
        }
        counted[row] |= column[row] > 0;
      }
      sizes[sample] = ExactSum.of(column);
      if (sizes[sample] == 0) {
        throw new UnusableInput("sample %d has no counts".formatted(sample + 1));
      }
    }
    return new Libraries(sizes, counted);
  }

  double[] sizes() {
    return sizes;
  }

  /** The column's values in rows where any sample has a count. */
  double[] counted(double[] column) {
    double[] values = new double[column.length];
    int size = 0;
    for (int row = 0; row < column.length; row++) {
      if (counted[row]) {
        values[size++] = column[row];
      }
    }
    return Arrays.copyOf(values, size);
  }
}
