package refinery.compendium;

import refinery.expression.Columns;
import refinery.expression.MappedColumns;

/** What each row is moved and divided by. */
public final class RowScales {
  private final double[] centres;
  private final double[] widths;

  RowScales(double[] centres, double[] widths) {
    this.centres = centres;
    this.widths = widths;
  }

  /** A scaled copy of a column. */
  public double[] scaled(double[] column) {
    double[] scaled = new double[column.length];
    for (int row = 0; row < scaled.length; row++) {
      scaled[row] = (column[row] - centres[row]) / widths[row];
    }
    return scaled;
  }

  /** The columns, each scaled when it is read. */
  public Columns scaled(Columns columns) {
    return new MappedColumns(columns, columns.rows(), (sample, column) -> scaled(column));
  }
}
