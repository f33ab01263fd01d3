package refinery.expression;

/**
 * Reads columns as blocks of whole rows, within a bound of memory: each block is one pass over all
 * columns. What fits as a whole is read once and kept. Used by one thread.
 */
public final class RowBlocks {
  /** Some rows that follow one another, row after row. It is valid during the visit. */
  public record Block(int first, int rows, int samples, double[] values) {
    /** Copies a row. */
    public void row(int row, double[] into) {
      System.arraycopy(values, row * samples, into, 0, samples);
    }
  }

  /** What is done with each block. */
  public interface Visitor {
    void visit(Block block);
  }

  /** No array is longer. */
  private static final long LONGEST = 1L << 28;

  private final Columns columns;
  private final int height;
  private double[] values = new double[0];
  private boolean kept;

  /**
   * @param memory bytes that a block may take; one row always fits
   */
  public RowBlocks(Columns columns, long memory) {
    this.columns = columns;
    long fits = Math.min(LONGEST, memory / Double.BYTES) / Math.max(1, columns.samples());
    this.height = (int) Math.max(1, Math.min(columns.rows(), fits));
  }

  public void each(Visitor visitor) {
    int samples = columns.samples();
    for (int first = 0; first < columns.rows(); first += height) {
      int rows = Math.min(height, columns.rows() - first);
      if (!kept) {
        read(first, rows);
        kept = rows == columns.rows();
      }
      visitor.visit(new Block(first, rows, samples, values));
    }
  }

  private void read(int first, int rows) {
    int samples = columns.samples();
    if (values.length != rows * samples) {
      values = new double[rows * samples];
    }
    for (int sample = 0; sample < samples; sample++) {
      double[] column = columns.column(sample);
      int at = sample;
      for (int row = 0; row < rows; row++) {
        values[at] = column[first + row];
        at += samples;
      }
    }
  }
}
