package refinery.figures;

import java.util.Arrays;

/**
 * The distribution of a gene's percentages over cells. As long as there are not too many, all
 * values are kept, and quantiles are exact. Beyond that memory does not grow any more: values are
 * counted in many narrow ranges, and a quantile is exact to 1 part in 16,384.
 */
final class Quantiles {
  /** Values that are kept, unless told otherwise. */
  static final int KEPT = 1 << 16;

  /** Bits of a double's fraction that tell the ranges apart. */
  private static final int BITS = 13;

  private static final int SHIFT = 52 - BITS;

  /** Values below count as zero: a part of a cell's counts is far larger. */
  private static final double SMALLEST = 0x1p-24;

  private static final long FIRST = Double.doubleToRawLongBits(SMALLEST) >> SHIFT;
  private static final int RANGES = (int) ((Double.doubleToRawLongBits(128) >> SHIFT) - FIRST);

  private final int most;
  private double[] kept = new double[1 << 8];
  private int[] ranges;
  private int positive;
  private double smallest = Double.POSITIVE_INFINITY;
  private double largest;

  /**
   * @param most number of values that are kept
   */
  Quantiles(int most) {
    this.most = most;
  }

  void add(double percent) {
    if (percent < SMALLEST) {
      return;
    }
    if (positive == most && ranges == null) {
      spill();
    }
    if (ranges == null) {
      if (positive == kept.length) {
        kept = Arrays.copyOf(kept, Math.min(most, 2 * positive));
      }
      kept[positive] = percent;
    } else {
      ranges[range(percent)]++;
    }
    positive++;
    smallest = Math.min(smallest, percent);
    largest = Math.max(largest, percent);
  }

  private void spill() {
    ranges = new int[RANGES];
    for (int index = 0; index < positive; index++) {
      ranges[range(kept[index])]++;
    }
    kept = new double[0];
  }

  private static int range(double value) {
    return (int) ((Double.doubleToRawLongBits(value) >> SHIFT) - FIRST);
  }

  private double middle(int range) {
    long low = (range + FIRST) << SHIFT;
    double middle = Double.longBitsToDouble(low | 1L << SHIFT - 1);
    return Math.clamp(middle, smallest, largest);
  }

  /** Calls with each value that there is and how often it is there, the smallest first. */
  private void each(Value value) {
    if (ranges == null) {
      Arrays.sort(kept, 0, positive);
      for (int index = 0; index < positive; index++) {
        value.is(kept[index], 1);
      }
      return;
    }
    for (int range = 0; range < RANGES; range++) {
      if (ranges[range] > 0) {
        value.is(middle(range), ranges[range]);
      }
    }
  }

  private interface Value {
    void is(double value, int times);
  }

  /** The box of all values, of which as many are zero as {@code count} is larger than was added. */
  Box box(long count) {
    long zeros = count - positive;
    double first = quantile(0.25, count, zeros);
    double median = quantile(0.5, count, zeros);
    double third = quantile(0.75, count, zeros);
    double reach = 1.5 * (third - first);
    Whiskers whiskers = new Whiskers(first - reach, third + reach);
    if (zeros > 0) {
      whiskers.is(0, zeros);
    }
    each(whiskers::is);
    return new Box(
        zeros > 0 ? 0 : smallest,
        whiskers.low,
        first,
        median,
        third,
        whiskers.high,
        largest,
        whiskers.outliers);
  }

  /** Finds the last values within reach; takes them the smallest first. */
  private static final class Whiskers {
    private final double from;
    private final double to;
    private double low = Double.NaN;
    private double high = Double.NaN;
    private long outliers;

    Whiskers(double from, double to) {
      this.from = from;
      this.to = to;
    }

    void is(double value, long times) {
      if (value < from || value > to) {
        outliers += times;
      } else {
        low = Double.isNaN(low) ? value : low;
        high = value;
      }
    }
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
    if (ranges == null) {
      Arrays.sort(kept, 0, positive);
      return kept[(int) left];
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
