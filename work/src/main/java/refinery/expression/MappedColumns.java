package refinery.expression;

/** Columns that are made of others when they are read. */
public record MappedColumns(Columns source, int rows, Change change) implements Columns {
  /** What is made of a column; its length is {@link #rows}. */
  public interface Change {
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
