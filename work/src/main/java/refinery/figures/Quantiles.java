package refinery.figures;

import java.util.Arrays;

/**
 * The distribution of a gene's percentages over cells, in memory that does not depend on how many
 * there are: a count of values for each of many narrow ranges. A quantile is exact to 1 part in
 * 16,384; smallest and largest value are exact.
 */
final class Quantiles {
  /** Bits of a double's fraction that are kept. */
  private static final int BITS = 13;

  private static final int SHIFT = 52 - BITS;

  /** Values at most this count as zero: a part of a cell's counts is far larger. */
  private static final double SMALLEST = 0x1p-24;

  private static final long FIRST = Double.doubleToRawLongBits(SMALLEST) >> SHIFT;
  private static final int RANGES = (int) ((Double.doubleToRawLongBits(128) >> SHIFT) - FIRST);

  private final int[] ranges = new int[RANGES];
  private long positive;
  private double smallest = Double.POSITIVE_INFINITY;
  private double largest;

  void add(double percent) {
    if (percent >= SMALLEST) {
      ranges[range(percent)]++;
      positive++;
      smallest = Math.min(smallest, percent);
      largest = Math.max(largest, percent);
    }
  }

  private static int range(double value) {
    return (int) ((Double.doubleToRawLongBits(value) >> SHIFT) - FIRST);
  }

  private double middle(int range) {
    long low = (range + FIRST) << SHIFT;
    double middle = Double.longBitsToDouble(low | 1L << SHIFT - 1);
    return Math.clamp(middle, smallest, largest);
  }

  /** The box of all values, of which as many are zero as {@code count} is larger than was added. */
  Box box(long count) {
    long zeros = count - positive;
    double first = quantile(0.25, count, zeros);
    double median = quantile(0.5, count, zeros);
    double third = quantile(0.75, count, zeros);
    double reach = 1.5 * (third - first);
    long outliers = 0;
    double low = zeros > 0 && first - reach <= 0 ? 0 : Double.NaN;
    double high = zeros > 0 && third + reach >= 0 ? 0 : Double.NaN;
    outliers += zeros > 0 && first - reach > 0 ? zeros : 0;
    for (int range = 0; range < RANGES; range++) {
      if (ranges[range] == 0) {
        continue;
      }
      double value = middle(range);
      if (value < first - reach || value > third + reach) {
        outliers += ranges[range];
      } else {
        low = Double.isNaN(low) ? value : low;
        high = value;
      }
    }
    return new Box(zeros > 0 ? 0 : smallest, low, first, median, third, high, largest, outliers);
  }

  /** By linear interpolation, as numpy does. */
  private double quantile(double part, long count, long zeros) {
    double place = part * (count - 1);
    long below = (long) Math.floor(place);
    double one = ranked(below, zeros);
    double next = ranked(Math.min(count - 1, below + 1), zeros);
    return one + (next - one) * (place - below);
  }

  private double ranked(long rank, long zeros) {
    if (rank < zeros) {
      return 0;
    }
    long left = rank - zeros;
    if (left == 0) {
      return smallest;
    }
    if (left == positive - 1) {
      return largest;
    }
    for (int range = 0; range < RANGES; range++) {
      left -= ranges[range];
      if (left < 0) {
        return middle(range);
      }
    }
    throw new IllegalStateException("rank " + rank + " of " + Arrays.stream(ranges).sum());
  }

  /**
   * A box plot's numbers, with whiskers to the last value within 1.5 times the box.
   *
   * @param outliers number of values beyond the whiskers
   */
  record Box(
      double least,
      double low,
      double first,
      double median,
      double third,
      double high,
      double most,
      long outliers) {}
}
