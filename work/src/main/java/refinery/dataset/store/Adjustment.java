package refinery.dataset.store;

/**
 * How a view shows a measure: the stored values of {@code of}, times a factor of the row and one of
 * the column; where the sample's TPM is 0, the row's filling instead. An empty array is none of
 * that kind. Factors are above 0, so that what is zero stays so.
 *
 * @param of the measure whose stored values are shown
 */
public record Adjustment(Measure of, double[] byRow, double[] byColumn, double[] fill) {
  private static final double[] NONE = {};

  public static Adjustment none(Measure of) {
    return new Adjustment(of, NONE, NONE, NONE);
  }

  public Adjustment times(double[] rows, double[] columns) {
    return new Adjustment(of, rows, columns, fill);
  }

  public Adjustment filledBy(double[] rows) {
    return new Adjustment(of, byRow, byColumn, rows);
  }

  boolean fills() {
    return fill.length > 0;
  }

  private boolean changes() {
    return fills() || byRow.length > 0 || byColumn.length > 0;
  }

  /** Changes a row's values, which begin at a column. */
  void row(double[] values, double[] tpm, int row) {
    for (int column = 0; changes() && column < values.length; column++) {
      values[column] = value(values[column], tpm.length > 0 ? tpm[column] : 1, row, column);
    }
  }

  /** Changes a column's values. */
  void column(double[] values, double[] tpm, int column) {
    for (int row = 0; changes() && row < values.length; row++) {
      values[row] = value(values[row], tpm.length > 0 ? tpm[row] : 1, row, column);
    }
  }

  private double value(double stored, double tpm, int row, int column) {
    double value = fills() && tpm == 0 ? fill[row] : stored;
    double byRows = byRow.length > 0 ? value * byRow[row] : value;
    return byColumn.length > 0 ? byRows * byColumn[column] : byRows;
  }
}
