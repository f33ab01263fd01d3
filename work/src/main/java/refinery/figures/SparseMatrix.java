package refinery.figures;

import io.jhdf.HdfFile;
import java.io.IOException;
import java.util.Arrays;

/**
 * A matrix in compressed sparse form: the entries of each cell, or of each gene, lie together.
 * Blocks of entries are read in slices, whatever the cell they belong to.
 */
final class SparseMatrix implements Matrix {
  /**
   * @param pointers where the entries of each cell (or gene) begin, and the end
   * @param indices the gene (or cell) of each entry
   */
  record Parts(Slices pointers, Slices indices, Slices values) {}

  private final HdfFile file;
  private final String layout;
  private final Features genes;
  private final Names cells;
  private final Parts parts;
  private final boolean cellsTogether;
  private final Watch watch;

  SparseMatrix(
      HdfFile file,
      String layout,
      Features genes,
      Names cells,
      Parts parts,
      boolean cellsTogether,
      Watch watch)
      throws UnusableMatrix {
    this.file = file;
    this.layout = layout;
    this.genes = genes;
    this.cells = cells;
    this.parts = parts;
    this.cellsTogether = cellsTogether;
    this.watch = watch;
    if (parts.indices().size() != parts.values().size()) {
      throw UnusableMatrix.damaged(
          "%s has %d places for %d values"
              .formatted(parts.indices().path(), parts.indices().size(), parts.values().size()));
    }
    if (parts.pointers().size() != majors() + 1L) {
      throw UnusableMatrix.damaged(
          "%s has %d places for %d %s"
              .formatted(
                  parts.pointers().path(),
                  parts.pointers().size(),
                  majors(),
                  cellsTogether ? "cells" : "genes"));
    }
  }

  private int majors() {
    return cellsTogether ? cells.size() : genes.size();
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
    long[] pointers = pointers();
    int major = 0;
    int step = Math.max(parts.indices().step(), parts.values().step());
    for (long from = 0; from < parts.values().size(); from += step) {
      watch.heed();
      int count = (int) Math.min(step, parts.values().size() - from);
      major = block(to, pointers, major, from, count);
    }
  }

  private int block(Entries to, long[] pointers, int first, long from, int count)
      throws UnusableMatrix {
    long[] indices = parts.indices().integers(from, count);
    double[] values = parts.values().doubles(from, count);
    int minors = cellsTogether ? genes.size() : cells.size();
    int[] major = new int[count];
    int[] minor = new int[count];
    int at = first;
    for (int index = 0; index < count; index++) {
      while (from + index >= pointers[at + 1]) {
        at++;
      }
      if (indices[index] < 0 || indices[index] >= minors) {
        throw UnusableMatrix.damaged(
            "%s: entry %d names %d, which is not within 0 to %d"
                .formatted(parts.indices().path(), from + index, indices[index], minors - 1));
      }
      checkValue(values[index], parts.values().path(), from + index);
      major[index] = at;
      minor[index] = (int) indices[index];
    }
    to.take(cellsTogether ? minor : major, cellsTogether ? major : minor, values, count);
    return at;
  }

  static void checkValue(double value, String path, long entry) throws UnusableMatrix {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw UnusableMatrix.refused(
          "%s: entry %d is %s and not a count, which is at least 0 and finite"
              .formatted(path, entry, value));
    }
  }

  private long[] pointers() throws UnusableMatrix {
    Slices stored = parts.pointers();
    long[] pointers = new long[majors() + 1];
    for (int from = 0; from < pointers.length; from += stored.step()) {
      long[] piece = stored.integers(from, Math.min(stored.step(), pointers.length - from));
      System.arraycopy(piece, 0, pointers, from, piece.length);
    }
    boolean rising = pointers[0] == 0 && pointers[majors()] == parts.values().size();
    for (int index = 1; index < pointers.length; index++) {
      rising &= pointers[index] >= pointers[index - 1];
    }
    if (!rising) {
      throw UnusableMatrix.damaged(
          "%s does not rise from 0 to %d: %s"
              .formatted(
                  stored.path(),
                  parts.values().size(),
                  Arrays.toString(Arrays.copyOf(pointers, Math.min(5, pointers.length)))));
    }
    return pointers;
  }

  @Override
  public void close() {
    file.close();
  }
}
