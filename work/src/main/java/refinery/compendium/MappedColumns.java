package refinery.compendium;

import refinery.expression.Columns;

/** Columns that are made of others when they are read. */
record MappedColumns(Columns source, int rows, Change change) implements Columns {
  interface Change {
    double[] of(int sample, double[] column);
  }

  @Override
  public int samples() {
    return source.samples();
  }

  @Override
  public double[] column(int sample) {
    return change.of(sample, source.column(sample));
  }
}
