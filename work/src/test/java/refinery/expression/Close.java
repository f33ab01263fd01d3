package refinery.expression;

import static org.assertj.core.api.Assertions.assertThat;

/** Compares doubles by their relative difference. */
public final class Close {
  private static final double TOLERANCE = 1e-9;

  private Close() {}

  static double difference(double found, double expected) {
    if (found == expected || (Double.isNaN(found) && Double.isNaN(expected))) {
      return 0;
    }
    double difference = Math.abs(found - expected) / Math.abs(expected);
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }

  /** Returns the greatest difference. */
  public static double assertClose(String what, double[] found, double... expected) {
    assertThat(found).as(what).hasSameSizeAs(expected);
    int worst = 0;
    for (int i = 1; i < found.length; i++) {
      if (difference(found[i], expected[i]) > difference(found[worst], expected[worst])) {
        worst = i;
      }
    }
    assertThat(difference(found[worst], expected[worst]))
        .as("%s[%d]: %s, expected %s", what, worst, found[worst], expected[worst])
        .isLessThanOrEqualTo(TOLERANCE);
    return difference(found[worst], expected[worst]);
  }
}
