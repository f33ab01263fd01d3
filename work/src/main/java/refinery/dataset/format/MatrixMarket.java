package refinery.dataset.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import refinery.dataset.store.Crew;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Level;
import refinery.dataset.store.Measure;

/**
 * A folder as 10x Genomics' Cell Ranger writes it: {@code matrix.mtx.gz} (a row a feature, a column
 * a sample, the columns one after the other), {@code features.tsv.gz} and {@code barcodes.tsv.gz}.
 * What is not there is zero; absent cells are there, as {@code NaN}, which scipy and R read.
 */
final class MatrixMarket {
  private static final byte[] ABSENT = "NaN".getBytes(StandardCharsets.US_ASCII);

  private MatrixMarket() {}

  static void write(DatasetStore store, Measure measure, Path folder, Crew crew)
      throws IOException {
    Files.createDirectories(folder);
    String kind = store.shape().level() == Level.GENE ? "Gene" : "Transcript";
    GzipFile.write(
        folder.resolve("features.tsv.gz"),
        piece ->
            store
                .shape()
                .features()
                .forEach(id -> piece.text(id + '\t' + id + '\t' + kind + " Expression\n")));
    GzipFile.write(
        folder.resolve("barcodes.tsv.gz"),
        piece -> store.accessions().forEach(accession -> piece.text(accession).sign('\n')));
    matrix(store, measure, folder.resolve("matrix.mtx.gz"), crew);
  }

  private static void matrix(DatasetStore store, Measure measure, Path file, Crew crew)
      throws IOException {
    int rows = store.shape().features().size();
    int columns = store.accessions().size();
    long cells = store.nonZero(measure);
    try (GzipFile gzip = new GzipFile(file)) {
      gzip.add(
          GzipPiece.of(
              piece ->
                  piece
                      .text("%%MatrixMarket matrix coordinate real general\n")
                      .text(rows + " " + columns + " " + cells + "\n")));
      long[] written = {0};
      crew.<Entries>inOrder(
          store.groupCount(),
          group -> () -> Entries.of(store.columns(measure, group), store.firstSample(group)),
          entries -> {
            written[0] += entries.number();
            gzip.add(entries.packed());
          });
      if (written[0] != cells) {
        throw new IOException("%d cells instead of %d are not zero".formatted(written[0], cells));
      }
      gzip.finish();
    }
  }

  /** The lines of a group of samples. */
  private record Entries(GzipPiece.Packed packed, long number) {
    static Entries of(double[][] samples, int first) throws IOException {
      long[] number = {0};
      GzipPiece.Packed packed =
          GzipPiece.of(
              piece -> {
                for (int sample = 0; sample < samples.length; sample++) {
                  number[0] += write(piece, samples[sample], first + sample + 1);
                }
              });
      return new Entries(packed, number[0]);
    }

    private static long write(GzipPiece piece, double[] values, int column) {
      long number = 0;
      for (int row = 0; row < values.length; row++) {
        if (values[row] != 0) {
          piece.whole(row + 1).sign(' ').whole(column).sign(' ');
          piece.number(values[row], ABSENT).sign('\n');
          number++;
        }
      }
      return number;
    }
  }
}
