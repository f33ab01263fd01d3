package refinery.compendium;

import java.util.Arrays;
import refinery.expression.Columns;
import refinery.expression.QuantileTarget;
import refinery.expression.UnusableInput;

/** The mean distribution of the samples that lack nothing. */
final class OwnTarget {
  private OwnTarget() {}

  static QuantileTarget of(Columns columns) throws UnusableInput {
    int[] complete = new int[columns.samples()];
    int size = 0;
    for (int sample = 0; sample < columns.samples(); sample++) {
      if (isComplete(columns.column(sample))) {
        complete[size++] = sample;
      }
    }
    if (size == 0) {
      throw new UnusableInput(
          "quantiles cannot be normalised to the mean of the samples, as each of the %d lacks a"
                  .formatted(columns.samples())
              + " gene; impute them, or keep only genes that all have");
    }
    return QuantileTarget.mean(some(columns, Arrays.copyOf(complete, size)));
  }

  private static boolean isComplete(double[] column) {
    for (double value : column) {
      if (Double.isNaN(value)) {
        return false;
      }
    }
    return true;
  }

  private static Columns some(Columns columns, int[] samples) {
    return new Columns() {
      @Override
      public int rows() {
        return columns.rows();
      }

      @Override
      public int samples() {
        return samples.length;
      }

      @Override
      public double[] column(int sample) {
        return columns.column(samples[sample]);
      }
    };
  }
}
