package refinery.expression;

/**
 * The sums over rows of the products of each two samples' values: what principal axes and
 * correlations are made of. Its size is the square of the number of samples, and rows come in any
 * number of pieces. Used by one thread.
 */
public final class CrossProducts {
  /** Rows at once, so that they stay in the processor's cache while each sample passes them. */
  private static final int STRIP = 64;

  /** Upper triangle: only {@code sums[i][j]} with {@code j >= i} is kept. */
  private final double[][] sums;

  public CrossProducts(int samples) {
    this.sums = new double[samples][samples];
  }

  private CrossProducts(double[][] sums) {
    this.sums = sums;
  }

  public CrossProducts copy() {
    double[][] copy = new double[sums.length][];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = sums[i].clone();
    }
    return new CrossProducts(copy);
  }

  public double of(int a, int b) {
    return a <= b ? sums[a][b] : sums[b][a];
  }

  public int samples() {
    return sums.length;
  }

  /** Adds rows of which none has a NaN. */
  public void add(RowBlocks.Block block) {
    for (int from = 0; from < block.rows(); from += STRIP) {
      strip(block.values(), from, Math.min(block.rows(), from + STRIP));
    }
  }

  private void strip(double[] values, int from, int to) {
    int samples = sums.length;
    for (int i = 0; i < samples; i++) {
      double[] into = sums[i];
      int row = from;
      for (; row + 4 <= to; row += 4) {
        four(into, values, row * samples, i);
      }
      for (; row < to; row++) {
        one(into, values, row * samples, i);
      }
    }
  }

  private static void one(double[] into, double[] values, int at, int from) {
    double a = values[at + from];
    for (int j = from; j < into.length; j++) {
      into[j] += a * values[at + j];
    }
  }

  /** Four rows in one go: the compiler makes vectors of it. */
  private static void four(double[] into, double[] values, int at, int from) {
    int samples = into.length;
    int b = at + samples;
    int c = b + samples;
    int d = c + samples;
    double a0 = values[at + from];
    double a1 = values[b + from];
    double a2 = values[c + from];
    double a3 = values[d + from];
    for (int j = from; j < samples; j++) {
      into[j] += a0 * values[at + j] + a1 * values[b + j] + a2 * values[c + j] + a3 * values[d + j];
    }
  }
}
