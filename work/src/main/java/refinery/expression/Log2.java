package refinery.expression;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * The logarithm to base 2, rounded right. TMM trims by rank, and many genes of low counts have
 * equal ratios: a logarithm whose last digit is off would break ties that R has, and trim other
 * genes. The C library under R rounds about one argument in a thousand wrong; where such a one lies
 * at the edge of the trimming, R differs from this in small tables of low counts. Method: a table
 * of reciprocals and a series for the rest, with the leading terms in two doubles (P. Tang,
 * "Table-driven implementation of the logarithm function").
 */
public final class Log2 {
  private static final int BITS = 7;
  private static final int SIZE = 1 << BITS;
  private static final MathContext DIGITS = new MathContext(45);

  /** 1 / ln 2 in two doubles. */
  private static final double SCALE = 1.4426950408889634;

  private static final double SCALE_LOW = 2.0355273740931033e-17;

  /** Where the upper half of the table begins, about the root of 2: its arguments are halved. */
  private static final int HALVED = 53;

  private static final double[] RECIPROCAL = new double[SIZE];

  /** -log2 of the reciprocal, in two doubles. */
  private static final double[] HIGH = new double[SIZE];

  private static final double[] LOW = new double[SIZE];

  static {
    BigDecimal ln2 = naturalLogarithm(BigDecimal.valueOf(2));
    for (int i = 0; i < SIZE; i++) {
      double centre = (1 + (i + 0.5) / SIZE) / (i < HALVED ? 1 : 2);
      // Exactly 1 on both sides of 1, where the result is small and must be as exact.
      RECIPROCAL[i] = i == 0 || i == SIZE - 1 ? 1 : Math.rint(512 / centre) / 512;
      BigDecimal exact =
          naturalLogarithm(new BigDecimal(RECIPROCAL[i])).divide(ln2, DIGITS).negate();
      HIGH[i] = exact.doubleValue();
      LOW[i] = exact.subtract(new BigDecimal(HIGH[i])).doubleValue();
    }
  }

  private Log2() {}

  private static BigDecimal naturalLogarithm(BigDecimal x) {
    BigDecimal z = x.subtract(BigDecimal.ONE).divide(x.add(BigDecimal.ONE), DIGITS);
    BigDecimal square = z.multiply(z, DIGITS);
    BigDecimal power = z;
    BigDecimal sum = z;
    for (int i = 3; i < 95; i += 2) {
      power = power.multiply(square, DIGITS);
      sum = sum.add(power.divide(BigDecimal.valueOf(i), DIGITS), DIGITS);
    }
    return sum.add(sum);
  }

  public static double of(double x) {
    if (!(x >= Double.MIN_NORMAL) || x == Double.POSITIVE_INFINITY) {
      return Math.log(x) * SCALE;
    }
    long bits = Double.doubleToRawLongBits(x);
    int i = (int) (bits >>> (52 - BITS)) & (SIZE - 1);
    int half = i < HALVED ? 0 : 1;
    double exponent = (bits >>> 52) - 1023 + half;
    double m = Double.longBitsToDouble((bits & 0xFFFFFFFFFFFFFL) | ((1023L - half) << 52));

    // m * reciprocal = 1 + r + rLow, exactly
    double product = m * RECIPROCAL[i];
    double error = Math.fma(m, RECIPROCAL[i], -product);
    double near = product - 1;
    double r = near + error;
    double rLow = error - (r - near);

    double square = r * r;
    double squareLow = Math.fma(r, r, -square);
    double first = r - square / 2;
    double low = (r - first) - square / 2 + rLow - squareLow / 2 - r * rLow;
    low += square * r * series(r);

    double scaled = first * SCALE;
    double scaledLow = Math.fma(first, SCALE, -scaled) + first * SCALE_LOW + low * SCALE;

    // The exponent is 0 or greater than the table's value, and their sum 0 or greater than the
    // rest.
    double whole = exponent + HIGH[i];
    double wholeLow = (exponent - whole) + HIGH[i];
    double sum = whole + scaled;
    double sumLow =
        Math.abs(whole) >= Math.abs(scaled) ? (whole - sum) + scaled : (scaled - sum) + whole;
    return sum + (sumLow + wholeLow + LOW[i] + scaledLow);
  }

  /** 1/3 - r/4 + r^2/5 - ..., of |r| below 0.01. */
  private static double series(double r) {
    double sum = 0;
    for (int i = 11; i >= 3; i--) {
      sum = 1.0 / i - r * sum;
    }
    return sum;
  }
}
