package refinery.figures;

/**
 * What a matrix may hold at most. A header can state anything, and memory is taken for what it
 * states.
 *
 * @param genes number of genes, or of other features
 * @param cells number of cells
 * @param nameBytes bytes of all names of one kind
 * @param chunk bytes of one chunk of an HDF5 file, unpacked
 */
public record Limits(int genes, int cells, int nameBytes, int chunk) {
  public static final Limits USUAL = new Limits(500_000, 5_000_000, 256 << 20, 64 << 20);

  void check(String what, long genes, long cells) throws UnusableMatrix {
    if (genes < 1 || cells < 1) {
      throw UnusableMatrix.refused(
          "%s has %d genes and %d cells: there is nothing to show".formatted(what, genes, cells));
    }
    if (genes > this.genes || cells > this.cells) {
      throw UnusableMatrix.refused(
          "%s has %d genes and %d cells; at most %d and %d are taken"
              .formatted(what, genes, cells, this.genes, this.cells));
    }
  }
}
