package refinery.figures;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.dataset.ChunkedDataset;
import java.io.IOException;
import java.util.Arrays;

/** A matrix whose zeros are stored, too: h5ad with a dense X, cells by genes. */
final class DenseMatrix implements Matrix {
  private static final int PIECE = 1 << 20;

  private final HdfFile file;
  private final String layout;
  private final Features genes;
  private final Names cells;
  private final Dataset dataset;
  private final Watch watch;
  private final int rows;

  DenseMatrix(
      HdfFile file,
      String layout,
      Features genes,
      Names cells,
      Dataset dataset,
      Limits limits,
      Watch watch)
      throws UnusableMatrix {
    this.file = file;
    this.layout = layout;
    this.genes = genes;
    this.cells = cells;
    this.dataset = dataset;
    this.watch = watch;
    if (!Arrays.equals(dataset.getDimensions(), new int[] {cells.size(), genes.size()})) {
      throw UnusableMatrix.damaged(
          "%s is %s for %d cells and %d genes"
              .formatted(
                  dataset.getPath(),
                  Arrays.toString(dataset.getDimensions()),
                  cells.size(),
                  genes.size()));
    }
    this.rows = rows(dataset, genes.size(), limits);
  }

  /** Rows that are read at once: those of a chunk, or as many as make a piece. */
  private static int rows(Dataset dataset, int genes, Limits limits) throws UnusableMatrix {
    int step = Slices.step(dataset, limits);
    int least = dataset instanceof ChunkedDataset chunked ? chunked.getChunkDimensions()[0] : 1;
    if (8L * least * genes > 2L * limits.chunk()) {
      throw UnusableMatrix.refused(
          "%s is stored in chunks of %d cells of %d genes, which are too many at once"
              .formatted(dataset.getPath(), least, genes));
    }
    int wanted = Math.max(1, PIECE / genes);
    return Math.min(Math.max(step, least), Math.max(least, wanted / least * least));
  }

  @Override
  public String layout() {
    return layout;
  }

  @Override
  public Features genes() {
    return genes;
  }

  @Override
  public Names cells() {
    return cells;
  }

  @Override
  public void pass(Entries to) throws IOException, UnusableMatrix {
    for (int row = 0; row < cells.size(); row += rows) {
      watch.heed();
      rows(to, row, Math.min(rows, cells.size() - row));
    }
  }

  private void rows(Entries to, int from, int count) throws UnusableMatrix {
    Object data = Hdf.data(dataset, new long[] {from, 0}, new int[] {count, genes.size()});
    if (!(data instanceof Object[] stored)) {
      throw UnusableMatrix.refused(dataset.getPath() + " holds no numbers");
    }
    int[] which = new int[genes.size()];
    int[] cell = new int[genes.size()];
    double[] values = new double[genes.size()];
    for (int row = 0; row < count; row++) {
      double[] given = Slices.doubles(stored[row], dataset);
      int found = 0;
      for (int gene = 0; gene < given.length; gene++) {
        SparseMatrix.checkValue(
            given[gene], dataset.getPath(), (long) (from + row) * genes.size() + gene);
        if (given[gene] > 0) {
          which[found] = gene;
          values[found++] = given[gene];
        }
      }
      Arrays.fill(cell, 0, found, from + row);
      to.take(which, cell, values, found);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
