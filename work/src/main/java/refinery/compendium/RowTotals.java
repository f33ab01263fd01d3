package refinery.compendium;

import java.util.Arrays;
import java.util.List;
import refinery.expression.Columns;
import refinery.expression.UnusableInput;

/** What all samples say of each row; refuses what is no count. */
final class RowTotals {
  private final double[] sums;
  private final int[] known;
  private final int[] positive;

  /** Those that have any value. */
  private int samples;

  private RowTotals(int rows) {
    this.sums = new double[rows];
    this.known = new int[rows];
    this.positive = new int[rows];
  }

  static RowTotals of(Columns counts, List<String> genes, List<String> samples)
      throws UnusableInput {
    RowTotals totals = new RowTotals(counts.rows());
    for (int sample = 0; sample < counts.samples(); sample++) {
      double[] column = counts.column(sample);
      boolean any = false;
      for (int row = 0; row < column.length; row++) {
        double count = column[row];
        if (count < 0 || count == Double.POSITIVE_INFINITY) {
          throw new UnusableInput(
              "%s has %s for %s; wanted is a count"
                  .formatted(samples.get(sample), count, genes.get(row)));
        }
        if (!Double.isNaN(count)) {
          any = true;
          totals.sums[row] += count;
          totals.known[row]++;
          totals.positive[row] += Logarithms.isThere(count) ? 1 : 0;
        }
      }
      totals.samples += any ? 1 : 0;
    }
    return totals;
  }

  /** The samples that have a value of any row. */
  int samples() {
    return samples;
  }

  double sum(int row) {
    return sums[row];
  }

  /** The samples that have a value of it, which may be 0. */
  int known(int row) {
    return known[row];
  }

  int positive(int row) {
    return positive[row];
  }

  /** Of the sums of the rows that any sample has. */
  double quantile(double part) throws UnusableInput {
    double[] sorted = new double[sums.length];
    int size = 0;
    for (int row = 0; row < sums.length; row++) {
      if (known[row] > 0) {
        sorted[size++] = sums[row];
      }
    }
    if (size == 0) {
      throw new UnusableInput("no sample has a value of any gene");
    }
    Arrays.sort(sorted, 0, size);
    return Quantiles.ofSorted(sorted, size, part);
  }
}
