package refinery.expression;

import java.util.Arrays;

/** The median as R has it: the middle value, or the mean of the two in the middle. */
final class Medians {
  private Medians() {}

  /** Of the first {@code size} values, which it sorts; NaN of none. */
  static double of(double[] values, int size) {
    if (size == 0) {
      return Double.NaN;
    }
    Arrays.sort(values, 0, size);
    return size % 2 == 1 ? values[size / 2] : (values[size / 2 - 1] + values[size / 2]) / 2;
  }
}
