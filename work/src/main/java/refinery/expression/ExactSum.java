package refinery.expression;

/**
 * Sums with a compensation for what rounding loses (Neumaier's), where R has a wider type. Results
 * are the same to the last digit but for rare cases.
 */
final class ExactSum {
  private double sum;
  private double lost;

  void add(double value) {
    double next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }

  double value() {
    // Past the largest double the compensation is not a number.
    return Double.isFinite(sum) ? sum + lost : sum;
  }

  static double of(double[] values) {
    ExactSum sum = new ExactSum();
    for (double value : values) {
      sum.add(value);
    }
    return sum.value();
  }
}
