package refinery.figures;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.BitSet;
import java.util.Optional;

/** A MatrixMarket file, with the tables that name its genes and cells where there are any. */
final class MarketMatrix implements Matrix {
  private final Content content;
  private final MarketHeader header;
  private final Features genes;
  private final Names cells;
  private final boolean genesAreRows;
  private final Closeable behind;

  private MarketMatrix(
      Content content,
      MarketHeader header,
      Features genes,
      Names cells,
      boolean genesAreRows,
      Closeable behind) {
    this.content = content;
    this.header = header;
    this.genes = genes;
    this.cells = cells;
    this.genesAreRows = genesAreRows;
    this.behind = behind;
  }

  /**
   * Which side has the genes is told by the tables; where that is open, genes are the rows.
   *
   * @param behind is closed with the matrix
   */
  static MarketMatrix open(
      Content content,
      Optional<NameTable> features,
      Optional<NameTable> barcodes,
      Limits limits,
      Closeable behind)
      throws IOException, UnusableMatrix {
    MarketHeader header;
    try (InputStream in = content.open()) {
      header = new MarketReader(in).header();
    }
    boolean straight = fits(features, header.rows()) && fits(barcodes, header.columns());
    boolean turned = fits(features, header.columns()) && fits(barcodes, header.rows());
    if (!straight && !turned) {
      throw UnusableMatrix.refused(
          "the matrix has %d rows and %d columns, but %s and %s"
              .formatted(
                  header.rows(),
                  header.columns(),
                  words(features, "genes"),
                  words(barcodes, "cells")));
    }
    long geneCount = straight ? header.rows() : header.columns();
    long cellCount = straight ? header.columns() : header.rows();
    limits.check("the matrix", geneCount, cellCount);
    return new MarketMatrix(
        content,
        header,
        features.isPresent() ? features.get().features() : numbered((int) geneCount, limits),
        barcodes.isPresent()
            ? barcodes.get().ids()
            : Names.numbered("cells", (int) cellCount, limits.nameBytes()),
        straight,
        behind);
  }

  private static Features numbered(int count, Limits limits) throws UnusableMatrix {
    Names names = Names.numbered("genes", count, limits.nameBytes());
    return new Features(names, names, new BitSet());
  }

  private static boolean fits(Optional<NameTable> table, long size) {
    return table.isEmpty() || table.get().names(size);
  }

  private static String words(Optional<NameTable> table, String what) {
    return table
        .map(names -> names.file() + " names " + names.size() + " " + what)
        .orElse("no table names its " + what);
  }

  @Override
  public String layout() {
    return "MatrixMarket, " + (genesAreRows ? "genes by cells" : "cells by genes");
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
    try (InputStream in = content.open()) {
      MarketReader reader = new MarketReader(in);
      if (!reader.header().equals(header)) {
        throw UnusableMatrix.damaged("the matrix changed while it was read");
      }
      Entries turned = (rows, columns, values, count) -> to.take(columns, rows, values, count);
      reader.entries(header, genesAreRows ? to : turned);
    }
  }

  @Override
  public void close() throws IOException {
    behind.close();
  }
}
