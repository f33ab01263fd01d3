package refinery.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Log2Test {
  private static final MathContext DIGITS = new MathContext(60);

  /** The logarithm by squaring: a binary digit at a time. */
  private static double exact(double x) {
    int exponent = Math.getExponent(x);
    BigDecimal two = BigDecimal.valueOf(2);
    BigDecimal m = new BigDecimal(Math.scalb(x, -exponent));
    BigDecimal sum = BigDecimal.valueOf(exponent);
    BigDecimal digit = BigDecimal.ONE;
    for (int i = 0; i < 130; i++) {
      digit = digit.divide(two);
      m = m.multiply(m, DIGITS);
      if (m.compareTo(two) >= 0) {
        m = m.divide(two, DIGITS);
        sum = sum.add(digit);
      }
    }
    return sum.doubleValue();
  }

  @Test
  void isRoundedRight() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 600; i++) {
      double x =
          switch (i % 3) {
            case 0 -> Double.longBitsToDouble(random.nextLong(1L << 52, 0x7FEL << 52));
            case 1 -> (1.0 + random.nextInt(500)) / (1 + random.nextInt(500));
            default -> 1 + (random.nextDouble() - 0.5) * Math.pow(2, -random.nextInt(40));
          };
      assertThat(Log2.of(x)).as("log2(%s)", x).isEqualTo(exact(x));
    }
    for (int i = -1074; i < 1024; i++) {
      assertThat(Log2.of(Math.scalb(1.0, i))).isEqualTo(i);
    }
    assertThat(Log2.of(0)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(Log2.of(-1)).isNaN();
    assertThat(Log2.of(Double.NaN)).isNaN();
    assertThat(Log2.of(Double.POSITIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
  }
}
