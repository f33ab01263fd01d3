package refinery.dataset.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import refinery.dataset.store.Crew;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Measure;

/**
 * A table with a row a feature and a column a sample, {@code .tsv.gz}. Absent cells are {@code NA}.
 * In memory: a few rows of all samples for each thread.
 */
final class TableFile {
  static final byte[] ABSENT = "NA".getBytes(StandardCharsets.US_ASCII);

  private TableFile() {}

  static void write(DatasetStore store, Measure measure, Path file, Crew crew) throws IOException {
    try (GzipFile gzip = new GzipFile(file)) {
      write(store, measure, store.shape().level().column(), crew, gzip::add);
      gzip.finish();
    }
  }

  /**
   * @param corner what heads the column of features
   */
  static void write(
      DatasetStore store,
      Measure measure,
      String corner,
      Crew crew,
      Crew.Taker<GzipPiece.Packed> taker)
      throws IOException {
    taker.take(GzipPiece.of(piece -> heading(piece, corner, store)));
    int step = store.rowsAtOnce();
    int features = store.shape().features().size();
    crew.<GzipPiece.Packed>inOrder(
        Math.ceilDiv(features, step),
        number ->
            () -> rows(store, measure, number * step, Math.min(features, (number + 1) * step)),
        taker);
  }

  private static void heading(GzipPiece piece, String corner, DatasetStore store) {
    piece.text(corner);
    for (String accession : store.accessions()) {
      piece.sign('\t').text(accession);
    }
    piece.sign('\n');
  }

  private static GzipPiece.Packed rows(DatasetStore store, Measure measure, int from, int to)
      throws IOException {
    double[][] rows = store.rows(measure, from, to);
    List<String> features = store.shape().features();
    return GzipPiece.of(
        piece -> {
          for (int row = from; row < to; row++) {
            piece.text(features.get(row));
            for (double value : rows[row - from]) {
              piece.sign('\t').number(value, ABSENT);
            }
            piece.sign('\n');
          }
        });
  }
}
