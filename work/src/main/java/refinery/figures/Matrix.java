package refinery.figures;

import java.io.IOException;

/** A matrix of genes and cells that can be read again and again. For one thread. */
public interface Matrix extends AutoCloseable {
  /** What it is, for people: {@code "MatrixMarket, genes by cells"}. */
  String layout();

  Features genes();

  Names cells();

  /** Gives all entries to {@code to}, in the order in which they are stored. */
  void pass(Entries to) throws IOException, UnusableMatrix;

  @Override
  void close() throws IOException;
}
