package refinery.compendium;

import java.util.Arrays;
import refinery.expression.Columns;

/**
 * The cells of a matrix that are absent, sample by sample, and what was put there. Its size is that
 * of the absent cells only.
 */
final class MissingCells {
  /** By sample: where its cells begin; one more at the end. */
  private final int[] starts;

  private final int[] rows;
  final double[] values;

  private MissingCells(int[] starts, int[] rows) {
    this.starts = starts;
    this.rows = rows;
    this.values = new double[rows.length];
  }

  static MissingCells of(Columns columns) {
    int[] starts = new int[columns.samples() + 1];
    int[] rows = new int[1 << 10];
    int size = 0;
    for (int sample = 0; sample < columns.samples(); sample++) {
      double[] column = columns.column(sample);
      for (int row = 0; row < column.length; row++) {
        if (Double.isNaN(column[row])) {
          if (size == rows.length) {
            rows = Arrays.copyOf(rows, Math.multiplyExact(size, 2));
          }
          rows[size++] = row;
        }
      }
      starts[sample + 1] = size;
    }
    return new MissingCells(starts, Arrays.copyOf(rows, size));
  }

  int size() {
    return rows.length;
  }

  int size(int sample) {
    return starts[sample + 1] - starts[sample];
  }

  /** The rows that lack a value, in their order. */
  int[] incomplete(int ofRows) {
    boolean[] lacks = new boolean[ofRows];
    for (int row : rows) {
      lacks[row] = true;
    }
    int[] found = new int[ofRows];
    int size = 0;
    for (int row = 0; row < ofRows; row++) {
      if (lacks[row]) {
        found[size++] = row;
      }
    }
    return Arrays.copyOf(found, size);
  }

  /** A copy of a sample's column with the values that were put in. */
  double[] filled(int sample, double[] column) {
    double[] filled = column.clone();
    for (int i = starts[sample]; i < starts[sample + 1]; i++) {
      filled[rows[i]] = values[i];
    }
    return filled;
  }

  /** What visits a cell, in the order of {@link #values}. */
  interface Visitor {
    void cell(int index, int sample, int row);
  }

  void each(Visitor visitor) {
    for (int sample = 0; sample + 1 < starts.length; sample++) {
      for (int i = starts[sample]; i < starts[sample + 1]; i++) {
        visitor.cell(i, sample, rows[i]);
      }
    }
  }
}
