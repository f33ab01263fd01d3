package refinery.curation;

import java.util.Arrays;
import java.util.List;
import refinery.expression.Columns;
import refinery.expression.CrossProducts;
import refinery.expression.MappedColumns;
import refinery.expression.RowBlocks;
import refinery.expression.UnusableInput;

/**
 * Pearson's correlations between runs, and between runs and means of runs, all from the covariances
 * of the runs: the values are read once, whatever is asked afterwards. Only genes that all runs
 * have count.
 */
public final class Correlations {
  /** Variances below this part of what cancels in them are rounding. */
  private static final double ROUNDING = 1e-13;

  private final CrossProducts products;
  private final int genes;

  private Correlations(CrossProducts products, int genes) {
    this.products = products;
    this.genes = genes;
  }

  /**
   * @param memory bytes for the covariances, and as much again for a block of rows
   */
  public static Correlations of(Columns columns, long memory) throws UnusableInput {
    long samples = columns.samples();
    long needed = samples * samples * Double.BYTES;
    if (needed > memory) {
      throw new UnusableInput(
          "the correlations of %d runs need %d MiB and have %d; curate fewer at once"
              .formatted(samples, (needed + (1 << 20) - 1) >> 20, memory >> 20));
    }
    int[] complete = complete(columns);
    CrossProducts products = new CrossProducts(columns.samples());
    new RowBlocks(centred(columns, complete), memory).each(products::add);
    return new Correlations(products, complete.length);
  }

  private static int[] complete(Columns columns) throws UnusableInput {
    boolean[] lacks = new boolean[columns.rows()];
    for (int sample = 0; sample < columns.samples(); sample++) {
      double[] column = columns.column(sample);
      for (int row = 0; row < column.length; row++) {
        lacks[row] |= !Double.isFinite(column[row]);
      }
    }
    int[] complete = new int[lacks.length];
    int size = 0;
    for (int row = 0; row < lacks.length; row++) {
      if (!lacks[row]) {
        complete[size++] = row;
      }
    }
    if (size < 2) {
      throw new UnusableInput(
          "%d of %d genes have a value in all runs, which is nothing to correlate"
              .formatted(size, lacks.length));
    }
    return Arrays.copyOf(complete, size);
  }

  private static Columns centred(Columns columns, int[] rows) {
    return new MappedColumns(
        columns,
        rows.length,
        (sample, column) -> {
          double sum = 0;
          for (int row : rows) {
            sum += column[row];
          }
          double mean = sum / rows.length;
          double[] centred = new double[rows.length];
          for (int i = 0; i < centred.length; i++) {
            centred[i] = column[rows[i]] - mean;
          }
          return centred;
        });
  }

  /** The genes that count. */
  public int genes() {
    return genes;
  }

  /** Of two runs; NaN if one does not vary. */
  public double of(int a, int b) {
    return ratio(products.of(a, b), products.of(a, a) * products.of(b, b));
  }

  /** The mean of some runs. */
  MeanOf mean(List<Integer> members) {
    double[] together = new double[products.samples()];
    double variance = 0;
    double size = 0;
    for (int member : members) {
      for (int run = 0; run < together.length; run++) {
        together[run] += products.of(member, run);
      }
    }
    for (int a : members) {
      variance += together[a];
      for (int b : members) {
        size += Math.abs(products.of(a, b));
      }
    }
    return new MeanOf(members, together, variance, size);
  }

  /** Correlates runs with the mean of some; all by sums, as a mean's size does not matter. */
  final class MeanOf {
    private final List<Integer> members;

    /** By run: its covariance with the sum. */
    private final double[] together;

    private final double variance;
    private final double size;

    private MeanOf(List<Integer> members, double[] together, double variance, double size) {
      this.members = members;
      this.together = together;
      this.variance = variance;
      this.size = size;
    }

    /** Of a run that is no member; NaN if the run or the mean does not vary. */
    double with(int run) {
      return correlation(run, together[run], variance);
    }

    /** Of a member with the mean of the others; NaN if there are none. */
    double withOthers(int member) {
      double own = products.of(member, member);
      return members.size() < 2
          ? Double.NaN
          : correlation(member, together[member] - own, variance - 2 * together[member] + own);
    }

    private double correlation(int run, double covariance, double of) {
      return ratio(covariance, products.of(run, run) * (of <= ROUNDING * size ? 0 : of));
    }
  }

  private static double ratio(double together, double variances) {
    return variances > 0 ? Math.clamp(together / Math.sqrt(variances), -1.0, 1.0) : Double.NaN;
  }
}
