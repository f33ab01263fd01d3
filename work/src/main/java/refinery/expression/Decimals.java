package refinery.expression;

import java.nio.charset.StandardCharsets;

/**
 * Reads decimal numbers out of a buffer without making a string of each. A number of at most 2^53
 * as an integer and a power of ten of at most 22 is exact in one multiplication or division
 * (Clinger, "How to read floating point numbers accurately"); all others go to the JDK. So the
 * result is always the nearest double. Used by one thread.
 */
final class Decimals {
  private static final long EXACT = 1L << 53;
  private static final double[] POWERS = new double[23];

  static {
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
  }

  private int end;

  /** Where the number that was read last ends. */
  int end() {
    return end;
  }

  /**
   * Reads a number of digits, a point and an exponent, without a sign. It ends at the first other
   * byte, and there must be one in the buffer.
   *
   * @return NaN if there is no finite number not below 0
   */
  double read(byte[] buffer, int from) {
    int at = from;
    long mantissa = 0;
    int c = buffer[at] - '0';
    while (c >= 0 && c <= 9) {
      mantissa = mantissa * 10 + c;
      c = buffer[++at] - '0';
    }
    int digits = at - from;
    int fraction = 0;
    if (c == '.' - '0') {
      int point = at;
      c = buffer[++at] - '0';
      while (c >= 0 && c <= 9) {
        mantissa = mantissa * 10 + c;
        c = buffer[++at] - '0';
      }
      fraction = at - point - 1;
      digits += fraction;
    }
    if (digits == 0 || digits > 18 || mantissa > EXACT || c == 'e' - '0' || c == 'E' - '0') {
      return slowly(buffer, from);
    }
    end = at;
    // at most 18
    return fraction == 0 ? mantissa : mantissa / POWERS[fraction];
  }

  private double slowly(byte[] buffer, int from) {
    int at = from;
    while (isPart(buffer[at])) {
      at++;
    }
    end = at;
    if (at == from || buffer[from] == '-' || buffer[from] == '+') {
      return Double.NaN;
    }
    try {
      double value =
          Double.parseDouble(new String(buffer, from, at - from, StandardCharsets.ISO_8859_1));
      return Double.isFinite(value) ? value : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static boolean isPart(byte c) {
    return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '-' || c == '+';
  }
}
