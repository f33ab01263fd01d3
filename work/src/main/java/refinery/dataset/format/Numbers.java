package refinery.dataset.format;

import java.nio.charset.StandardCharsets;

/** Writes numbers in the fewest digits that read back as the same double. */
final class Numbers {
  /** The most bytes that a number takes. */
  static final int LONGEST = 26;

  private static final double EXACT = 1e15;
  private static final int[] DIGITS = {3, 6, 9};
  private static final double[] POWERS = {1e3, 1e6, 1e9};

  private Numbers() {}

  /** Answers where it ends. What is absent is written as the given word. */
  static int write(double value, byte[] absent, byte[] target, int at) {
    if (Double.isNaN(value)) {
      System.arraycopy(absent, 0, target, at, absent.length);
      return at + absent.length;
    }
    if (Math.abs(value) < EXACT && Double.doubleToRawLongBits(value) != Long.MIN_VALUE) {
      if (value == Math.rint(value)) {
        return whole((long) value, target, at);
      }
      for (int i = 0; i < DIGITS.length; i++) {
        double shifted = Math.rint(value * POWERS[i]);
        if (Math.abs(shifted) < EXACT && shifted / POWERS[i] == value) {
          return decimal((long) shifted, DIGITS[i], target, at);
        }
      }
    }
    byte[] text = Double.toString(value).getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(text, 0, target, at, text.length);
    return at + text.length;
  }

  static int whole(long number, byte[] target, int at) {
    int from = at;
    long rest = Math.abs(number);
    if (number < 0) {
      target[from++] = '-';
    }
    int end = from + width(rest);
    int place = end;
    while (rest >= 10) {
      long tenth = rest / 10;
      target[--place] = (byte) ('0' + (rest - 10 * tenth));
      rest = tenth;
    }
    target[--place] = (byte) ('0' + rest);
    return end;
  }

  private static int width(long number) {
    int width = 1;
    for (long limit = 10; number >= limit && width < 18; limit *= 10) {
      width++;
    }
    return width;
  }

  /** {@code number} without its last {@code digits} digits, a point, and those, zeros left out. */
  private static int decimal(long number, int digits, byte[] target, int at) {
    long rest = Math.abs(number);
    int behind = digits;
    while (rest % 10 == 0) {
      rest /= 10;
      behind--;
    }
    long power = 1;
    for (int i = 0; i < behind; i++) {
      power *= 10;
    }
    int from = at;
    if (number < 0) {
      target[from++] = '-';
    }
    long front = rest / power;
    int point = whole(front, target, from);
    long fraction = rest - front * power;
    target[point] = '.';
    for (int place = point + behind; place > point; place--) {
      target[place] = (byte) ('0' + fraction % 10);
      fraction /= 10;
    }
    return point + behind + 1;
  }
}
