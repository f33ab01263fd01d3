package refinery.compendium;

/** Quantiles as numpy's default and R's type 7 have them: between the two nearest values. */
final class Quantiles {
  private Quantiles() {}

  /** Of the first {@code size} values, which are sorted. */
  static double ofSorted(double[] values, int size, double part) {
    double at = part * (size - 1);
    int low = (int) at;
    if (low + 1 >= size) {
      return values[size - 1];
    }
    double fraction = at - low;
    double step = values[low + 1] - values[low];
    // numpy counts from the nearer end
    return fraction < 0.5 ? values[low] + step * fraction : values[low + 1] - step * (1 - fraction);
  }
}
