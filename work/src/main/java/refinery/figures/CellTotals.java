package refinery.figures;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The first look at all entries: totals of the cells, and, as long as the entries of each cell lie
 * together, the sums of the genes as well. Where they do not, {@link GeneSums} needs another look.
 */
final class CellTotals implements Entries {
  private static final byte OTHER = 1;
  private static final byte MITOCHONDRIAL = 2;

  /** Beyond it sums would not be exact any more. */
  private static final double MOST_COUNTS = 1e15;

  /** By gene. */
  private final byte[] marks;

  private final int minGenes;
  private final double[] counts;
  private final int[] genes;
  private final double[] mitochondrialCounts;
  private final BitSet seen;
  private final GeneSums sums;

  /** By gene: the last cell in which it was met, from 1. */
  private final int[] met;

  private int cell = -1;
  private int[] held = new int[1 << 10];
  private double[] heldValues = new double[1 << 10];
  private int heldCount;
  private boolean together = true;
  private long entries;
  private long left;

  CellTotals(Features features, int cells, BitSet mitochondrial, int minGenes) {
    this.marks = new byte[features.size()];
    mitochondrial.stream().forEach(gene -> marks[gene] = MITOCHONDRIAL);
    features.other().stream().forEach(gene -> marks[gene] = OTHER);
    this.minGenes = minGenes;
    this.counts = new double[cells];
    this.genes = new int[cells];
    this.mitochondrialCounts = new double[cells];
    this.seen = new BitSet(cells);
    this.sums = new GeneSums(features, this);
    this.met = new int[features.size()];
  }

  @Override
  public void take(int[] which, int[] cells, double[] values, int count) throws UnusableMatrix {
    for (int index = 0; index < count; index++) {
      int gene = which[index];
      entries++;
      if (marks[gene] == OTHER) {
        left++;
        continue;
      }
      if (cells[index] != cell) {
        next(cells[index]);
      }
      if (met[gene] == cell + 1) {
        throw UnusableMatrix.refused(
            "entry %d: the value of gene %d in cell %d is given twice"
                .formatted(entries, gene + 1, cell + 1));
      }
      met[gene] = cell + 1;
      add(gene, values[index]);
    }
  }

  private void add(int gene, double value) {
    counts[cell] += value;
    if (value > 0) {
      genes[cell]++;
      if (marks[gene] == MITOCHONDRIAL) {
        mitochondrialCounts[cell] += value;
      }
      if (together) {
        if (heldCount == held.length) {
          held = Arrays.copyOf(held, 2 * heldCount);
          heldValues = Arrays.copyOf(heldValues, 2 * heldCount);
        }
        held[heldCount] = gene;
        heldValues[heldCount++] = value;
      }
    }
  }

  private void next(int to) throws UnusableMatrix {
    flush();
    cell = to;
    if (seen.get(to)) {
      together = false;
    }
    seen.set(to);
  }

  private void flush() throws UnusableMatrix {
    if (cell >= 0 && counts[cell] > MOST_COUNTS) {
      throw UnusableMatrix.refused("cell %d has more than 1e15 counts".formatted(cell + 1));
    }
    if (together && cell >= 0 && isKept(cell)) {
      double total = counts[cell];
      for (int index = 0; index < heldCount; index++) {
        sums.add(held[index], heldValues[index] / total);
      }
    }
    heldCount = 0;
  }

  /** To be called once, after the last entry. */
  void end() throws UnusableMatrix {
    flush();
    cell = -1;
  }

  /** The sums of the genes; empty of sense unless the entries of each cell lay together. */
  GeneSums sums() {
    return sums;
  }

  boolean areTogether() {
    return together;
  }

  /** As scanpy, which leaves out cells with less than one count. */
  boolean isKept(int which) {
    return counts[which] >= 1 && genes[which] >= minGenes;
  }

  int cells() {
    return counts.length;
  }

  double counts(int which) {
    return counts[which];
  }

  int genes(int which) {
    return genes[which];
  }

  /** Percent of the counts that are mitochondrial; not a number in an empty cell. */
  double mitochondrialPercent(int which) {
    return 100 * mitochondrialCounts[which] / counts[which];
  }

  long entries() {
    return entries;
  }

  /** Entries of features that are no genes. */
  long left() {
    return left;
  }
}
