package refinery.figures;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The numbers of all figures of one matrix.
 *
 * @param kept number of cells that the settings keep; only they count for genes
 * @param passes how often the entries were read
 * @param highest genes by mean percentage of the counts of a cell, the highest first
 * @param boxes of those genes, over all kept cells
 * @param top highly variable genes by normalised dispersion, the highest first
 */
record Summary(
    Matrix matrix,
    Settings settings,
    BitSet mitochondrial,
    CellTotals cells,
    long kept,
    int passes,
    GeneSums sums,
    List<Integer> highest,
    List<Quantiles.Box> boxes,
    VariableGenes variable,
    List<Integer> top) {

  static Summary of(Matrix matrix, Settings settings, BitSet mitochondrial)
      throws IOException, UnusableMatrix {
    Features features = matrix.genes();
    CellTotals cells =
        new CellTotals(features, matrix.cells().size(), mitochondrial, settings.minGenes());
    matrix.pass(cells);
    cells.end();
    int passes = 1;
    GeneSums sums = cells.sums();
    if (!cells.areTogether()) {
      sums = new GeneSums(features, cells);
      matrix.pass(sums);
      passes++;
    }
    long kept = IntStream.range(0, cells.cells()).filter(cells::isKept).count();
    if (kept == 0) {
      throw UnusableMatrix.refused(
          "none of the %d cells has a count and at least %d genes"
              .formatted(cells.cells(), settings.minGenes()));
    }
    List<Integer> highest = highest(sums, settings.top());
    List<Quantiles.Box> boxes = boxes(matrix, cells, highest, kept);
    VariableGenes variable = VariableGenes.of(sums, features.other(), kept, settings);
    return new Summary(
        matrix,
        settings,
        mitochondrial,
        cells,
        kept,
        passes + 1,
        sums,
        highest,
        boxes,
        variable,
        top(variable, settings.top()));
  }

  private static List<Quantiles.Box> boxes(
      Matrix matrix, CellTotals cells, List<Integer> genes, long kept)
      throws IOException, UnusableMatrix {
    TopParts parts = new TopParts(cells, matrix.genes().size(), genes);
    matrix.pass(parts);
    List<Quantiles.Box> boxes = new ArrayList<>();
    for (int place = 0; place < genes.size(); place++) {
      boxes.add(parts.spread(place).box(kept));
    }
    return boxes;
  }

  /** Genes with counts, by their sum of parts; of equals the first. */
  private static List<Integer> highest(GeneSums sums, int top) {
    return IntStream.range(0, sums.genes())
        .filter(gene -> sums.cells(gene) > 0)
        .boxed()
        .sorted(Comparator.comparingDouble(gene -> -sums.sum(gene)))
        .limit(top)
        .toList();
  }

  private static List<Integer> top(VariableGenes variable, int top) {
    return IntStream.range(0, variable.selected().length)
        .filter(gene -> variable.selected()[gene])
        .boxed()
        .sorted(Comparator.comparingDouble(gene -> -variable.normalised()[gene]))
        .limit(top)
        .toList();
  }

  /** The mean, over kept cells, of a gene's percentage of the counts. */
  double meanPercent(int gene) {
    return 100 * sums.sum(gene) / kept;
  }

  int selected() {
    return (int)
        IntStream.range(0, variable.selected().length)
            .filter(gene -> variable.selected()[gene])
            .count();
  }
}
