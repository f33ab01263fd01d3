package refinery.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * Figures beside their reference: each is held to a tolerance, and one line tells the one that is
 * furthest from it. Nothing beside nothing (NaN) is equal.
 */
public final class Close {
  private static final double TOLERANCE = 1e-9;

  private final String what;
  private final double tolerance;
  private final DoubleUnaryOperator scale;
  private int figures;
  private double worst = -1;
  private String furthest = "";

  private Close(String what, double tolerance, DoubleUnaryOperator scale) {
    this.what = what;
    this.tolerance = tolerance;
    this.scale = scale;
  }

  /** As a part of the reference, to 1 in 10^9. */
  public static Close relative(String what) {
    return new Close(what, TOLERANCE, Math::abs);
  }

  /** As a part of the reference, or of 1 if that is more. */
  public static Close near(String what, double tolerance) {
    return new Close(what, tolerance, expected -> Math.max(1, Math.abs(expected)));
  }

  /** In the figures' own unit; 0: equal. */
  public static Close absolute(String what, double tolerance) {
    return new Close(what, tolerance, expected -> 1);
  }

  /** As a part of what is expected. */
  static double difference(double found, double expected) {
    return difference(found, expected, Math::abs);
  }

  private static double difference(double found, double expected, DoubleUnaryOperator scale) {
    if (found == expected || (Double.isNaN(found) && Double.isNaN(expected))) {
      return 0;
    }
    double difference = Math.abs(found - expected) / scale.applyAsDouble(expected);
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }

  /** Asserts one figure. */
  public Close and(String figure, double found, double expected) {
    double difference = difference(found, expected, scale);
    if (!(difference <= tolerance)) {
      assertThat(difference)
          .as("%s, %s: %s, expected %s", what, figure, found, expected)
          .isLessThanOrEqualTo(tolerance);
    }
    figures++;
    if (difference > worst) {
      worst = difference;
      furthest = "%s: %s, reference %s".formatted(figure, found, expected);
    }
    return this;
  }

  /** Asserts as many figures, which are named by their place. */
  public Close all(double[] found, double... expected) {
    assertThat(found).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      and("[" + i + "]", found[i], expected[i]);
    }
    return this;
  }

  /** Prints the line. Fails if nothing was compared. */
  public void print() {
    assertThat(figures).as("figures of " + what).isPositive();
    System.out.printf(
        Locale.ROOT,
        "%s: %d figures, at most %.1e from the reference (%s)%n",
        what,
        figures,
        worst,
        furthest);
  }

  /** Asserts all as parts of the reference, and prints the line. */
  public static void assertClose(String what, double[] found, double... expected) {
    relative(what).all(found, expected).print();
  }
}
