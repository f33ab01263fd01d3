package refinery.dataset.store;

/**
 * Values of one measure as bytes: a power of ten and whole numbers where every value is a decimal
 * of at most nine digits behind the point, else the doubles. Both are exact, to the bit. Bytes of
 * equal weight lie together, which compresses best. Not thread-safe.
 */
final class Tile {
  private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
  private static final int DOUBLES = 255;
  private static final double LARGEST = 1L << 50;
  private static final int HEADER = 2;

  private long[] codes = new long[0];

  /** The most bytes that so many values take. */
  static int capacity(int values) {
    return HEADER + values * Double.BYTES;
  }

  /** Writes {@code values[0..number)}; answers the length. */
  int encode(double[] values, int number, byte[] target) {
    if (codes.length < number) {
      codes = new long[number];
    }
    int scale = scale(values, number);
    long all = 0;
    if (scale != DOUBLES) {
      for (int i = 0; i < number && scale != DOUBLES; i++) {
        if (Double.isNaN(values[i])) {
          codes[i] = 0;
        } else if (isDecimal(values[i], scale)) {
          codes[i] = code((long) Math.rint(values[i] * POWERS[scale]));
          all |= codes[i];
        } else {
          scale = DOUBLES;
        }
      }
    }
    if (scale == DOUBLES) {
      all = -1;
      for (int i = 0; i < number; i++) {
        codes[i] = Double.doubleToLongBits(values[i]);
      }
    }
    int width = (Long.SIZE - Long.numberOfLeadingZeros(all) + 7) / 8;
    target[0] = (byte) scale;
    target[1] = (byte) width;
    int at = HEADER;
    for (int plane = 0; plane < width; plane++) {
      int shift = 8 * plane;
      for (int i = 0; i < number; i++) {
        target[at++] = (byte) (codes[i] >>> shift);
      }
    }
    return at;
  }

  /** Reads {@code number} values into {@code target[0..number)}. */
  void decode(byte[] bytes, int length, int number, double[] target) throws DamagedStore {
    int scale = bytes[0] & 0xff;
    int width = bytes[1];
    if (length != HEADER + width * number
        || width > Long.BYTES
        || (scale >= POWERS.length && scale != DOUBLES)) {
      throw new DamagedStore(
          "a tile of %d bytes does not hold %d values".formatted(length, number));
    }
    if (codes.length < number) {
      codes = new long[number];
    }
    java.util.Arrays.fill(codes, 0, number, 0);
    int at = HEADER;
    for (int plane = 0; plane < width; plane++) {
      int shift = 8 * plane;
      for (int i = 0; i < number; i++) {
        codes[i] |= (bytes[at++] & 0xffL) << shift;
      }
    }
    if (scale == DOUBLES) {
      for (int i = 0; i < number; i++) {
        target[i] = Double.longBitsToDouble(codes[i]);
      }
    } else {
      double power = POWERS[scale];
      for (int i = 0; i < number; i++) {
        target[i] = codes[i] == 0 ? Double.NaN : number(codes[i]) / power;
      }
    }
  }

  private static int scale(double[] values, int number) {
    int scale = 0;
    for (int i = 0; i < number; i++) {
      while (!Double.isNaN(values[i]) && !isDecimal(values[i], scale)) {
        if (++scale == POWERS.length) {
          return DOUBLES;
        }
      }
    }
    return scale;
  }

  /** True when the value is the double nearest to a decimal with so many digits; -0 is not. */
  private static boolean isDecimal(double value, int scale) {
    double whole = Math.rint(value * POWERS[scale]);
    return Math.abs(whole) < LARGEST
        && Double.doubleToRawLongBits(whole / POWERS[scale]) == Double.doubleToRawLongBits(value)
        && Double.doubleToRawLongBits(value) != Long.MIN_VALUE;
  }

  /** 0 is kept for what is absent. */
  private static long code(long number) {
    return ((number << 1) ^ (number >> 63)) + 1;
  }

  private static long number(long code) {
    long zigzag = code - 1;
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }
}
