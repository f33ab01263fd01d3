package refinery.dataset.format;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.DatasetCreationOptions;
import io.jhdf.api.WritableGroup;
import io.jhdf.api.WritableNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import refinery.dataset.store.Crew;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Measure;
import refinery.dataset.store.SampleEntry;
import refinery.memory.HeapRoom;

/**
 * An AnnData file: the main measure as a sparse matrix with a row a sample, samples' metadata and
 * the features. Absent cells are NaN. jHDF takes whole arrays only, so this format needs memory by
 * the number of cells that are not zero, and what does not fit is refused in words.
 *
 * <p>What its readers need (anndata 0.8 to 0.10): string-arrays, no categories (jHDF's booleans are
 * bit fields), no empty group, at least one column in each table. Columns of attributes that HDF5
 * or jHDF cannot hold are left out; {@code samples.tsv} has them.
 */
final class AnnDataFile {
  /** An array of doubles of two GiB is the largest that jHDF writes. */
  private static final long MOST_CELLS = (1L << 31) / Double.BYTES - 1;

  /** For value, index, and the packed chunks until the file is written. */
  private static final int BYTES_PER_CELL = 24;

  private static final int CHUNK = 1 << 16;
  private static final long LARGEST_COLUMN = 1 << 26;

  /** The names of the columns are one attribute, of at most 64 KiB. */
  private static final int LARGEST_ATTRIBUTE = 60_000;

  private AnnDataFile() {}

  static void write(DatasetStore store, Path file, Crew crew) throws IOException {
    Measure measure = Format.main(store.shape());
    Matrix matrix = Matrix.of(store, measure, crew);
    List<SampleEntry> samples = store.entries();
    List<String> features = store.shape().features();
    try (WritableHdfFile hdf = HdfFile.write(file)) {
      encoding(hdf, "anndata", "0.1.0");
      WritableGroup x = hdf.putGroup("X");
      encoding(x, "csr_matrix", "0.1.0");
      x.putAttribute("shape", new long[] {samples.size(), features.size()});
      put(x, "data", matrix.data(), matrix.data().length);
      put(x, "indices", matrix.indices(), matrix.indices().length);
      put(x, "indptr", matrix.starts(), matrix.starts().length);
      table(hdf.putGroup("obs"), store.accessions(), columns(samples));
      List<Column> ids = List.of(new Column(store.shape().level().column(), features));
      table(hdf.putGroup("var"), features, ids);
    }
  }

  /**
   * Bytes of heap that the file needs.
   *
   * @throws UnsuitableFormat if no heap of this limit holds it, or no file
   */
  static long heap(DatasetStore store, long limit) throws IOException {
    return heap(store.nonZero(Format.main(store.shape())), limit);
  }

  static long heap(long cells, long limit) throws UnsuitableFormat {
    if (cells == 0) {
      throw new UnsuitableFormat("every cell is zero, and an h5ad file here needs one that is not");
    }
    if (cells > MOST_CELLS) {
      throw new UnsuitableFormat(
          "%,d cells are not zero; an h5ad file here holds at most %,d: ask for parquet or mtx"
              .formatted(cells, MOST_CELLS));
    }
    Optional<String> refusal = HeapRoom.refusal(cells * BYTES_PER_CELL, limit);
    if (refusal.isPresent()) {
      throw new UnsuitableFormat(
          "%,d cells are not zero; an h5ad file of them %s: ask for parquet or mtx, or give the nodes a larger heap (-Xmx)"
              .formatted(cells, refusal.get()));
    }
    return cells * BYTES_PER_CELL;
  }

  /** Compressed sparse rows. */
  private record Matrix(double[] data, int[] indices, int[] starts) {
    static Matrix of(DatasetStore store, Measure measure, Crew crew) throws IOException {
      int cells = (int) store.nonZero(measure);
      Matrix matrix =
          new Matrix(new double[cells], new int[cells], new int[store.accessions().size() + 1]);
      int[] next = {0, 0};
      crew.<double[][]>inOrder(
          store.groupCount(),
          group -> () -> store.columns(measure, group),
          columns -> {
            for (double[] sample : columns) {
              next[0] = matrix.row(sample, next[0]);
              matrix.starts[++next[1]] = next[0];
            }
          });
      if (next[0] != cells) {
        throw new IOException("%d cells instead of %d are not zero".formatted(next[0], cells));
      }
      return matrix;
    }

    private int row(double[] values, int from) {
      int at = from;
      for (int column = 0; column < values.length; column++) {
        if (values[column] != 0) {
          data[at] = values[column];
          indices[at++] = column;
        }
      }
      return at;
    }
  }

  private record Column(String name, List<String> values) {
    boolean isNamed() {
      return !name.isBlank() && !name.equals(".") && name.indexOf(0) < 0;
    }

    /** All values have the length of the longest. */
    long bytes() {
      int longest = values.stream().mapToInt(AnnDataFile::bytes).max().orElse(0);
      return (long) longest * values.size();
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static List<Column> columns(List<SampleEntry> samples) {
    List<Column> columns = new ArrayList<>();
    SampleTables.fields().forEach((name, field) -> columns.add(column(name, samples, field)));
    Set<String> names = new TreeSet<>();
    samples.forEach(sample -> names.addAll(sample.attributes().keySet()));
    Set<String> taken = new HashSet<>(SampleTables.fields().keySet());
    taken.add("_index");
    int longest = columns.stream().mapToInt(column -> bytes(column.name())).max().orElse(0);
    for (String name : names) {
      Column column =
          column(name.replace('/', '|'), samples, s -> s.attributes().getOrDefault(name, ""));
      int wider = Math.max(longest, bytes(column.name()));
      boolean fits =
          column.bytes() < LARGEST_COLUMN && wider * (columns.size() + 1) < LARGEST_ATTRIBUTE;
      if (fits && column.isNamed() && taken.add(column.name())) {
        columns.add(column);
        longest = wider;
      }
    }
    return columns;
  }

  private static Column column(
      String name, List<SampleEntry> samples, Function<SampleEntry, String> field) {
    return new Column(name, samples.stream().map(field).toList());
  }

  private static void table(WritableGroup group, List<String> index, List<Column> columns) {
    encoding(group, "dataframe", "0.2.0");
    group.putAttribute("_index", "_index");
    group.putAttribute("column-order", columns.stream().map(Column::name).toArray(String[]::new));
    encoding(group.putDataset("_index", index.toArray(String[]::new)), "string-array", "0.2.0");
    for (Column column : columns) {
      String[] values = column.values().toArray(String[]::new);
      encoding(group.putDataset(column.name(), values), "string-array", "0.2.0");
    }
  }

  private static void put(WritableGroup group, String name, Object array, int length) {
    group.putDataset(
        name,
        array,
        DatasetCreationOptions.builder()
            .chunkDimensions(Math.min(length, CHUNK))
            .shuffle()
            .deflate(1)
            .build());
  }

  private static void encoding(WritableNode node, String type, String version) {
    node.putAttribute("encoding-type", type);
    node.putAttribute("encoding-version", version);
  }
}
