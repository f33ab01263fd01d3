package refinery.expression;

/**
 * The counts that normalisation reads, column by column, each perhaps several times: from memory,
 * or from a store that need not hold all samples at once. Columns are read only.
 */
public interface Counts extends Columns {
  /** Of columns in memory. */
  static Counts of(double[]... columns) {
    return new Counts() {
      @Override
      public int rows() {
        return columns.length == 0 ? 0 : columns[0].length;
      }

      @Override
      public int samples() {
        return columns.length;
      }

      @Override
      public double[] column(int sample) {
        return columns[sample];
      }
    };
  }

  static Counts of(ExpressionMatrix matrix) {
    return of(
        matrix.samples().stream().map(ExpressionMatrix.Sample::counts).toArray(double[][]::new));
  }
}
