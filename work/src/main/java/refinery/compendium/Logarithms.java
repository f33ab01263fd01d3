package refinery.compendium;

import refinery.expression.Columns;
import refinery.expression.Log2;

/** Some rows and samples of counts as {@code log2(count + 1)}. */
record Logarithms(Columns counts, int[] chosenRows, int[] chosenSamples) implements Columns {
  static double of(double count) {
    return Log2.of(count + 1);
  }

  /** True for a count whose logarithm is not 0; so not for NaN. */
  static boolean isThere(double count) {
    return count + 1 > 1;
  }

  @Override
  public int rows() {
    return chosenRows.length;
  }

  @Override
  public int samples() {
    return chosenSamples.length;
  }

  @Override
  public double[] column(int sample) {
    double[] column = counts.column(chosenSamples[sample]);
    double[] logs = new double[chosenRows.length];
    for (int row = 0; row < logs.length; row++) {
      logs[row] = of(column[chosenRows[row]]);
    }
    return logs;
  }
}
