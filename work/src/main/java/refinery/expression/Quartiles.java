package refinery.expression;

import java.util.Arrays;

/** Upper quartiles of the samples' counts, as parts of their libraries. */
final class Quartiles {
  private static final double UPPER = 0.75;

  private Quartiles() {}

  static double[] upper(Counts counts, Libraries libraries) {
    double[] quartiles = new double[counts.samples()];
    for (int sample = 0; sample < quartiles.length; sample++) {
      quartiles[sample] =
          quantile(libraries.counted(counts.column(sample)), UPPER) / libraries.sizes()[sample];
    }
    return quartiles;
  }

  /** R's type 7. Sorts the values. */
  static double quantile(double[] values, double part) {
    Arrays.sort(values);
    double index = (values.length - 1) * part;
    int low = (int) Math.floor(index);
    int high = (int) Math.ceil(index);
    double fraction = index - low;
    return values[low] == values[high]
        ? values[low]
        : (1 - fraction) * values[low] + fraction * values[high];
  }
}
