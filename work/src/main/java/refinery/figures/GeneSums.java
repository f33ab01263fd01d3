package refinery.figures;

import java.util.BitSet;

/**
 * By gene: the sums of its part of each kept cell's counts, and of the squares. scanpy scales
 * counts to 1,000 per cell, takes the logarithm and the exponential again; in exact arithmetic that
 * is 1,000 of these parts.
 */
final class GeneSums implements Entries {
  private final BitSet other;
  private final CellTotals totals;
  private final int[] cells;

  /** Sum and sum of squares, in turns. */
  private final double[] sums;

  GeneSums(Features features, CellTotals totals) {
    this.other = features.other();
    this.totals = totals;
    this.cells = new int[features.size()];
    this.sums = new double[2 * features.size()];
  }

  @Override
  public void take(int[] genes, int[] which, double[] values, int count) {
    for (int index = 0; index < count; index++) {
      if (values[index] > 0 && totals.isKept(which[index]) && !other.get(genes[index])) {
        add(genes[index], values[index] / totals.counts(which[index]));
      }
    }
  }

  void add(int gene, double part) {
    sums[2 * gene] += part;
    sums[2 * gene + 1] += part * part;
    cells[gene]++;
  }

  int genes() {
    return cells.length;
  }

  double sum(int gene) {
    return sums[2 * gene];
  }

  double squares(int gene) {
    return sums[2 * gene + 1];
  }

  /** The number of kept cells that have it. */
  int cells(int gene) {
    return cells[gene];
  }
}
