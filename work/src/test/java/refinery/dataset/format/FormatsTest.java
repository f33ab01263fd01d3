package refinery.dataset.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.DatasetWriter;
import refinery.dataset.store.RandomDataset;

/** Every format is read back by programs that are not ours, and every cell compared. */
class FormatsTest {
  private static final RandomDataset DATA = new RandomDataset(11, 400, 0.02);
  private static final int FEATURES = 437;
  private static final int SAMPLES = 45;

  /** Reads what the store says: doubles, a sample after the other. */
  private static final String EXPECTED =
      """
      import sys, gzip
      import numpy as np
      features, samples = %d, %d
      def expected(name):
          return np.fromfile(name + '.bin', dtype='<f8').reshape(samples, features).T
      def same(found, name):
          want = expected(name)
          found = np.asarray(found, dtype='f8')
          assert found.shape == want.shape, found.shape
          equal = (found == want) | (np.isnan(found) & np.isnan(want))
          assert equal.all(), (name, np.argwhere(~equal)[:5], found[~equal][:5], want[~equal][:5])
          print(name, equal.size, int(np.isnan(want).sum()) > 0)
      ids = [line.rstrip('\\n') for line in open('features.txt')]
      accessions = [line.rstrip('\\n') for line in open('accessions.txt')]
      """
          .formatted(FEATURES, SAMPLES);

  private static final String CELLS = " " + FEATURES * SAMPLES + " True";

  @TempDir static Path folder;
  private static DatasetStore store;

  /** Two groups, of which the second knows more features. */
  @BeforeAll
  static void write() throws IOException {
    Path base = folder.resolve("base");
    Path file = folder.resolve("store");
    try (DatasetWriter writer = DatasetWriter.create(base, DATA.shape(), 1)) {
      DATA.add(writer, 0, 30);
      writer.finish();
    }
    List<String> more = DATA.more(FEATURES - 400);
    try (DatasetStore old = DatasetStore.open(base);
        DatasetWriter writer = DatasetWriter.append(old, file, more, 1)) {
      for (int i = 30; i < SAMPLES; i++) {
        writer.add(RandomDataset.entry(i), expected(i));
      }
      writer.finish();
    }
    store = DatasetStore.open(file);
    Files.write(folder.resolve("features.txt"), store.shape().features());
    Files.write(folder.resolve("accessions.txt"), store.accessions());
    for (int measure = 0; measure < 3; measure++) {
      Path binary = folder.resolve(RandomDataset.MEASURES.get(measure).label() + ".bin");
      try (OutputStream out = Files.newOutputStream(binary)) {
        for (int i = 0; i < SAMPLES; i++) {
          double[] values = expected(i)[measure];
          ByteBuffer bytes = ByteBuffer.allocate(8 * FEATURES).order(ByteOrder.LITTLE_ENDIAN);
          bytes.asDoubleBuffer().put(values);
          out.write(bytes.array());
        }
      }
    }
  }

  /** One feature lacks its TPM alone, which no quantifier does but a store holds. */
  private static double[][] expected(int sample) {
    double added = sample < 30 ? Double.NaN : sample / 8.0;
    double[][] values = RandomDataset.longer(DATA.values(sample), FEATURES - 400, added);
    if (sample > SAMPLES - 3) {
      values[1][FEATURES - 1] = Double.NaN;
    }
    return values;
  }

  @AfterAll
  static void close() throws IOException {
    store.close();
  }

  /** Renders with one and with three threads, which must make no difference. */
  private static void render(Format format) throws IOException {
    Path other = Files.createDirectories(folder.resolve("again"));
    format.render(store, folder, 1);
    format.render(store, other, 3);
    assertThat(format.files(store.shape())).isNotEmpty();
    for (String name : format.files(store.shape())) {
      assertThat(Files.mismatch(folder.resolve(name), other.resolve(name))).as(name).isEqualTo(-1);
    }
  }

  @Test
  void pandasReadsTheTables() throws Exception {
    render(Format.TSV);
    String found =
        Foreign.python(
            folder,
            "pandas",
            EXPECTED
                + """
                import pandas
                for name in ('counts', 'tpm', 'length'):
                    table = pandas.read_csv(name + '.tsv.gz', sep='\\t', index_col=0,
                                            float_precision='round_trip')
                    assert table.index.name == 'gene_id' and list(table.index) == ids
                    assert list(table.columns) == accessions
                    same(table.values, name)
                """);
    assertThat(found.lines()).containsExactly("counts" + CELLS, "tpm" + CELLS, "length" + CELLS);
  }

  @Test
  void scipyReadsTheMatrixMarket() throws Exception {
    render(Format.MTX);
    String found =
        Foreign.python(
            folder,
            "scipy.io",
            EXPECTED
                + """
                import scipy.io
                matrix = scipy.io.mmread('counts/matrix.mtx.gz')
                assert matrix.nnz == int((expected('counts') != 0).sum())
                same(matrix.toarray(), 'counts')
                rows = [line.rstrip('\\n').split('\\t') for line in gzip.open('counts/features.tsv.gz', 'rt')]
                assert rows == [[id, id, 'Gene Expression'] for id in ids]
                assert gzip.open('counts/barcodes.tsv.gz', 'rt').read().split('\\n') == accessions + ['']
                """);
    assertThat(found).isEqualTo("counts" + CELLS);
  }

  @Test
  void readMMOfRReadsTheMatrixMarket() throws Exception {
    render(Format.MTX);
    String found =
        Foreign.r(
            folder,
            "Matrix",
            """
            suppressMessages(library(Matrix))
            x <- as.matrix(readMM(gzfile('counts/matrix.mtx.gz')))
            want <- matrix(readBin('counts.bin', 'double', n = %d, endian = 'little'), nrow = %d)
            stopifnot(identical(dim(x), dim(want)), identical(is.nan(x), is.nan(want)))
            d <- abs(x - want) / pmax(abs(want), 1e-300)
            stopifnot(all(d < 1e-15, na.rm = TRUE))
            stopifnot(identical(readLines(gzfile('counts/barcodes.tsv.gz')), readLines('accessions.txt')))
            cat('counts', length(x), 'TRUE')
            """
                .formatted(FEATURES * SAMPLES, FEATURES));
    assertThat(found).isEqualToIgnoringCase("counts" + CELLS);
  }

  @Test
  void duckReadsTheParquet() throws Exception {
    render(Format.PARQUET);
    int cells = 0;
    int missing = 0;
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement();
        ResultSet rows =
            statement.executeQuery("select * from '" + folder.resolve("long.parquet") + "'")) {
      for (int sample = 0; sample < SAMPLES; sample++) {
        double[][] values = expected(sample);
        for (int row = 0; row < FEATURES; row++) {
          cells++;
          if (Double.isNaN(values[0][row]) && Double.isNaN(values[1][row])) {
            missing++;
            continue;
          }
          assertThat(rows.next()).isTrue();
          assertThat(rows.getString("sample")).isEqualTo(store.accessions().get(sample));
          assertThat(rows.getString("gene_id")).isEqualTo(store.shape().features().get(row));
          for (int measure = 0; measure < 3; measure++) {
            double found = rows.getDouble(RandomDataset.MEASURES.get(measure).label());
            found = rows.wasNull() ? Double.NaN : found;
            assertThat(Double.compare(found, values[measure][row])).isZero();
          }
        }
      }
      assertThat(rows.next()).isFalse();
    }
    assertThat(cells).isEqualTo(FEATURES * SAMPLES);
    assertThat(missing).isPositive();
    long present = Arrays.stream(expected(40)[0]).filter(value -> !Double.isNaN(value)).count();
    assertThat(one("select count(*) from F where sample = 'SRR0000040'")).isEqualTo("" + present);
    assertThat(one("select count(*) from F where tpm is null and counts is not null"))
        .isEqualTo("2");
  }

  private static String one(String query) throws SQLException {
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement();
        ResultSet rows =
            statement.executeQuery(
                query.replace(" F ", " '" + folder.resolve("long.parquet") + "' "))) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  @Test
  void anndataReadsTheH5ad() throws Exception {
    render(Format.H5AD);
    String found =
        Foreign.python(
            folder,
            "anndata",
            EXPECTED
                + """
                import anndata
                data = anndata.read_h5ad('dataset.h5ad')
                assert data.X.has_sorted_indices and data.X.nnz == int((expected('counts') != 0).sum())
                same(data.X.toarray().T, 'counts')
                assert list(data.obs_names) == accessions and list(data.var_names) == ids
                assert list(data.var['gene_id']) == ids
                assert list(data.obs.columns) == ['organism', 'index_digest', 'tool', 'tool_version',
                                                  'annotation', 'age', 'sex', 'tissue'], data.obs.columns
                assert data.obs['tissue'][0] == 'léber\\t"x"\\nline' and data.obs['tissue'][1] == ''
                assert data.obs['organism'][1] == 'Homo sapiens'
                """);
    assertThat(found).isEqualTo("counts" + CELLS);
  }

  @Test
  void whatNoH5adHoldsIsRefusedInWords() throws Exception {
    assertThatThrownBy(() -> AnnDataFile.heap(300_000_000, Long.MAX_VALUE))
        .isInstanceOf(UnsuitableFormat.class)
        .hasMessageContaining("300,000,000 cells are not zero");
    assertThatThrownBy(() -> AnnDataFile.heap(100_000_000, 1L << 30))
        .isInstanceOf(UnsuitableFormat.class)
        .hasMessageContaining(
            "needs about 2,288 MiB of heap, and half of this node's heap is 1,024 MiB");
    assertThat(AnnDataFile.heap(40_000_000, 1L << 30)).isEqualTo(960_000_000);
    assertThatThrownBy(() -> AnnDataFile.heap(0, 1L << 30)).hasMessageContaining("every cell");
  }
}
