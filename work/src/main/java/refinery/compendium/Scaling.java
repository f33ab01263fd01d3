package refinery.compendium;

import java.util.Arrays;
import refinery.expression.Columns;
import refinery.expression.RowBlocks;

/**
 * How the values of each gene are scaled over all samples, as scikit-learn's scalers do: a gene
 * that does not vary is only moved, absent values stay absent and count for nothing.
 */
public enum Scaling {
  NONE("none"),
  /** The least value becomes 0, the greatest 1. */
  MINMAX("minmax"),
  /** Mean 0 and standard deviation 1, of all samples as they are (divided by n). */
  STANDARD("standard"),
  /** The median becomes 0, the distance of the quartiles 1. */
  ROBUST("robust");

  private static final double EPSILON = Math.ulp(1.0);

  private final String word;

  Scaling(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /**
   * Learns the genes' scales. Reads all columns once for each block of rows that fits.
   *
   * @param memory bytes for a block of rows
   */
  public RowScales fit(Columns columns, long memory) {
    double[] centres = new double[columns.rows()];
    double[] widths = new double[columns.rows()];
    Arrays.fill(widths, 1);
    if (this != NONE) {
      double[] row = new double[columns.samples()];
      new RowBlocks(columns, memory)
          .each(
              block -> {
                for (int i = 0; i < block.rows(); i++) {
                  block.row(i, row);
                  fit(row, block.first() + i, centres, widths);
                }
              });
    }
    return new RowScales(centres, widths);
  }

  private void fit(double[] row, int number, double[] centres, double[] widths) {
    int known = known(row);
    if (known == 0) {
      return;
    }
    switch (this) {
      case NONE -> {}
      case MINMAX -> {
        Arrays.sort(row, 0, known);
        centres[number] = row[0];
        widths[number] = width(row[known - 1] - row[0]);
      }
      case STANDARD -> standard(row, known, number, centres, widths);
      case ROBUST -> {
        Arrays.sort(row, 0, known);
        centres[number] = Quantiles.ofSorted(row, known, 0.5);
        widths[number] =
            width(Quantiles.ofSorted(row, known, 0.75) - Quantiles.ofSorted(row, known, 0.25));
      }
    }
  }

  /** Moves what is not NaN to the front. */
  private static int known(double[] row) {
    int known = 0;
    for (double value : row) {
      if (!Double.isNaN(value)) {
        row[known++] = value;
      }
    }
    return known;
  }

  private static double width(double width) {
    return width < 10 * EPSILON ? 1 : width;
  }

  private static void standard(
      double[] row, int known, int number, double[] centres, double[] widths) {
    double sum = 0;
    for (int i = 0; i < known; i++) {
      sum += row[i];
    }
    double mean = sum / known;
    double squares = 0;
    double rest = 0;
    for (int i = 0; i < known; i++) {
      squares += (row[i] - mean) * (row[i] - mean);
      rest += row[i] - mean;
    }
    double variance = (squares - rest * rest / known) / known;
    double rounding = known * mean * EPSILON;
    boolean constant = variance <= known * EPSILON * variance + rounding * rounding;
    centres[number] = mean;
    widths[number] = constant ? 1 : Math.sqrt(variance);
  }
}
