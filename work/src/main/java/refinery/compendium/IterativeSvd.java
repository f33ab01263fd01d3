package refinery.compendium;

import java.util.ArrayList;
import java.util.List;
import refinery.expression.Columns;
import refinery.expression.CrossProducts;
import refinery.expression.MappedColumns;
import refinery.expression.RowBlocks;
import refinery.expression.UnusableInput;

/**
 * Imputation as fancyimpute's IterativeSVD (Troyanskaya and others 2001), which refine.bio uses:
 * absent values begin as 0, then again and again become those of the matrix's best approximation of
 * a low rank, which grows 1, 2, 4, ... The singular value decomposition is exact, by the cross
 * products of the samples; so any number of rows passes through, in blocks, and only what is square
 * in the samples is held.
 */
public final class IterativeSvd {
  /**
   * @param rank of the approximation at its end
   * @param iterations at most
   * @param convergence of the squared changes to the squared values
   * @param memory bytes for rows and for what is square in the samples
   * @param between runs before each iteration, which may take seconds; what it throws ends the work
   */
  public record Settings(
      int rank, int iterations, double convergence, long memory, Runnable between) {
    /** Those of refine.bio's compendia. */
    public static Settings standard(long memory, Runnable between) {
      return new Settings(10, 200, 1e-5, memory, between);
    }

    public static Settings standard(long memory) {
      return standard(memory, () -> {});
    }
  }

  /**
   * @param columns without absent values
   * @param cells that were absent
   * @param iterations that it took
   * @param converged false if they ended before the values did not change any more
   */
  public record Imputed(Columns columns, int cells, int iterations, boolean converged) {}

  /** The square of the samples is held so many times. */
  private static final int SQUARES = 5;

  private final Columns columns;
  private final Settings settings;
  private final MissingCells missing;
  private final int[] incomplete;

  private IterativeSvd(Columns columns, Settings settings) {
    this.columns = columns;
    this.settings = settings;
    this.missing = MissingCells.of(columns);
    this.incomplete = missing.incomplete(columns.rows());
  }

  public static Imputed impute(Columns columns, Settings settings) throws UnusableInput {
    long samples = columns.samples();
    long square = samples * samples * Double.BYTES * SQUARES;
    if (square > settings.memory()) {
      throw new UnusableInput(
          "impute = svd of %d samples needs %d MiB and has %d; impute = none needs none"
              .formatted(samples, (square + (1 << 20) - 1) >> 20, settings.memory() >> 20));
    }
    if (samples < 2 || columns.rows() < 2) {
      throw new UnusableInput(
          "impute = svd needs at least 2 genes and 2 samples and has %d and %d"
              .formatted(columns.rows(), samples));
    }
    return new IterativeSvd(columns, settings).run();
  }

  private Imputed run() throws UnusableInput {
    if (missing.size() == 0) {
      return new Imputed(columns, 0, 0, true);
    }
    List<int[]> cells = cellsByRow();
    refuseEmpty(cells);
    CrossProducts complete = complete();
    RowBlocks blocks = new RowBlocks(rows(incomplete), settings.memory());
    int most = Math.min(settings.rank(), Math.min(columns.rows(), columns.samples()) - 1);
    int iteration = 0;
    boolean converged = false;
    while (iteration < settings.iterations() && !converged) {
      settings.between().run();
      int rank = iteration < 30 ? Math.min(1 << iteration, most) : most;
      CrossProducts products = complete.copy();
      blocks.each(block -> products.add(filled(block, cells)));
      PrincipalAxes axes = PrincipalAxes.of(products, rank);
      Change change = new Change();
      blocks.each(block -> improve(filled(block, cells), cells, axes, change));
      converged = change.isSmall(settings.convergence());
      iteration++;
    }
    return new Imputed(
        new MappedColumns(columns, columns.rows(), missing::filled),
        missing.size(),
        iteration,
        converged);
  }

  /** What has no value at all cannot be approximated: it would stay 0. */
  private void refuseEmpty(List<int[]> cells) throws UnusableInput {
    for (int sample = 0; sample < columns.samples(); sample++) {
      if (missing.size(sample) == columns.rows()) {
        throw new UnusableInput(
            "impute = svd cannot make sample %d, which has no value".formatted(sample + 1));
      }
    }
    for (int i = 0; i < incomplete.length; i++) {
      if (cells.get(i).length == 2 * columns.samples()) {
        throw new UnusableInput(
            "impute = svd cannot make row %d, which has no value".formatted(incomplete[i] + 1));
      }
    }
  }

  /** The cross products of the rows that lack nothing, which stay. */
  private CrossProducts complete() {
    boolean[] lacks = new boolean[columns.rows()];
    for (int row : incomplete) {
      lacks[row] = true;
    }
    int[] complete = new int[columns.rows() - incomplete.length];
    int size = 0;
    for (int row = 0; row < lacks.length; row++) {
      if (!lacks[row]) {
        complete[size++] = row;
      }
    }
    CrossProducts products = new CrossProducts(columns.samples());
    new RowBlocks(rows(complete), settings.memory()).each(products::add);
    return products;
  }

  private Columns rows(int[] rows) {
    return new MappedColumns(
        columns,
        rows.length,
        (sample, column) -> {
          double[] some = new double[rows.length];
          for (int i = 0; i < some.length; i++) {
            some[i] = column[rows[i]];
          }
          return some;
        });
  }

  /** For each incomplete row: its absent samples and where their values are, in turn. */
  private List<int[]> cellsByRow() {
    int[] number = new int[columns.rows()];
    for (int i = 0; i < incomplete.length; i++) {
      number[incomplete[i]] = i;
    }
    int[] sizes = new int[incomplete.length];
    missing.each((index, sample, row) -> sizes[number[row]]++);
    List<int[]> cells = new ArrayList<>();
    for (int size : sizes) {
      cells.add(new int[2 * size]);
    }
    int[] filled = new int[sizes.length];
    missing.each(
        (index, sample, row) -> {
          int[] of = cells.get(number[row]);
          int at = filled[number[row]];
          of[at] = sample;
          of[at + 1] = index;
          filled[number[row]] += 2;
        });
    return cells;
  }

  /** The block with the values as they are now in place of the absent ones. */
  private RowBlocks.Block filled(RowBlocks.Block block, List<int[]> cells) {
    for (int row = 0; row < block.rows(); row++) {
      int[] of = cells.get(block.first() + row);
      for (int i = 0; i < of.length; i += 2) {
        block.values()[row * block.samples() + of[i]] = missing.values[of[i + 1]];
      }
    }
    return block;
  }

  private void improve(
      RowBlocks.Block block, List<int[]> cells, PrincipalAxes axes, Change change) {
    double[] row = new double[block.samples()];
    double[] projected = new double[block.samples()];
    for (int i = 0; i < block.rows(); i++) {
      block.row(i, row);
      axes.project(row, projected);
      int[] of = cells.get(block.first() + i);
      for (int j = 0; j < of.length; j += 2) {
        double now = projected[of[j]];
        change.add(missing.values[of[j + 1]], now);
        missing.values[of[j + 1]] = now;
      }
    }
  }

  /** How much the absent values have changed, as fancyimpute measures it. */
  private static final class Change {
    /** The precision of a float, as there. */
    private static final double TINY = Math.ulp(1f);

    private double changes;
    private double values;

    void add(double before, double now) {
      changes += (now - before) * (now - before);
      values += before * before;
    }

    boolean isSmall(double part) {
      boolean begins = values == 0 || (values < TINY && changes > TINY);
      return !begins && changes / values < part;
    }
  }
}
