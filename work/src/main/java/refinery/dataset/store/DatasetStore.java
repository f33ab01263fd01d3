package refinery.dataset.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads a store. What is read is checked; what is asked for decides what is read: a feature of all
 * samples costs one tile of each group. May be used by several threads at once.
 */
public final class DatasetStore implements Closeable {
  /** Of each thread that reads, so that none waits long for the slowest. */
  private static final int PIECES = 4;

  private static final int CELLS = 1 << 18;

  private final FileChannel channel;
  private final Footer footer;
  private final Map<String, Integer> rows = new HashMap<>();

  private final Shape shape;
  private final Map<Measure, Adjustment> adjustments;

  private DatasetStore(
      FileChannel channel, Footer footer, Shape shape, Map<Measure, Adjustment> adjustments) {
    this.channel = channel;
    this.footer = footer;
    this.shape = shape;
    this.adjustments = Map.copyOf(adjustments);
    List<String> features = footer.shape().features();
    for (int i = 0; i < features.size(); i++) {
      rows.put(features.get(i), i);
    }
  }

  public static DatasetStore open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      Footer footer = footer(channel);
      return new DatasetStore(channel, footer, footer.shape(), Map.of());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static Footer footer(FileChannel channel) throws IOException {
    int magic = DatasetWriter.MAGIC.length;
    int tail = 2 * Integer.BYTES + magic;
    if (channel.size() < tail + magic) {
      throw new DamagedStore("too short for a store: %d bytes".formatted(channel.size()));
    }
    ByteBuffer end = ByteBuffer.wrap(TileReader.read(channel, channel.size() - tail, tail));
    int length = end.getInt();
    int checksum = end.getInt();
    byte[] mark = Arrays.copyOfRange(end.array(), tail - magic, tail);
    if (!Arrays.equals(mark, DatasetWriter.MAGIC)
        || length < 0
        || length > channel.size() - tail - magic) {
      throw new DamagedStore("no store, or cut short");
    }
    byte[] bytes = TileReader.read(channel, channel.size() - tail - length, length);
    if (Packing.checksum(bytes, 0, length) != checksum) {
      throw new DamagedStore("the footer is not what was written");
    }
    return Footer.of(bytes);
  }

  public Shape shape() {
    return shape;
  }

  /**
   * The same samples and rows with other measures, computed as they are read. Closing the store
   * closes its views.
   *
   * @param measures those that the view has
   * @param changed how it shows them; the others are shown as they are stored
   */
  public DatasetStore view(List<Measure> measures, Map<Measure, Adjustment> changed) {
    return new DatasetStore(
        channel, footer, new Shape(shape.level(), measures, shape.features()), changed);
  }

  private Adjustment adjustment(Measure measure) {
    if (!shape.measures().contains(measure)) {
      throw new IllegalArgumentException(
          "the dataset has no %s, only %s".formatted(measure.label(), shape.measures()));
    }
    return adjustments.getOrDefault(measure, Adjustment.none(measure));
  }

  /** Of all samples, in the order of the columns. */
  public List<String> accessions() {
    return footer.accessions();
  }

  /** The row of a feature, if the store has it. */
  public OptionalInt row(String feature) {
    Integer row = rows.get(feature);
    return row == null ? OptionalInt.empty() : OptionalInt.of(row);
  }

  List<GroupPlace> groups() {
    return footer.groups();
  }

  /** Samples come in groups, each of which fits in memory. */
  public int groupCount() {
    return footer.groups().size();
  }

  /** The column of a group's first sample. */
  public int firstSample(int group) {
    return footer.groups().subList(0, group).stream().mapToInt(GroupPlace::samples).sum();
  }

  /** How many rows are best read at once: whole tiles of about a quarter of a million cells. */
  public int rowsAtOnce() {
    int tiles = CELLS / Shape.TILE / accessions().size();
    return Math.max(1, tiles) * Shape.TILE;
  }

  /** The descriptions of a group's samples. */
  public List<SampleEntry> entries(int group) throws IOException {
    GroupPlace place = footer.groups().get(group);
    return Texts.entries(
        TileReader.read(channel, place.entriesAt(), place.entries()), place.samples());
  }

  /** All samples' descriptions. */
  public List<SampleEntry> entries() throws IOException {
    List<SampleEntry> all = new ArrayList<>(accessions().size());
    for (int group = 0; group < groupCount(); group++) {
      all.addAll(entries(group));
    }
    return all;
  }

  /** How many cells are not zero, absent ones among them. */
  public long nonZero(Measure measure) {
    Adjustment adjustment = adjustment(measure);
    if (adjustment.fills()) {
      return (long) accessions().size() * shape.features().size();
    }
    int index = index(adjustment.of());
    long sum = 0;
    for (GroupPlace place : footer.groups()) {
      long unknown = (long) place.samples() * (shape().features().size() - place.features());
      sum += place.nonZero().get(index) + unknown;
    }
    return sum;
  }

  /** The values of a group's samples: one array a sample, with one value a feature. */
  public double[][] columns(Measure measure, int group) throws IOException {
    Adjustment adjustment = adjustment(measure);
    double[][] columns = stored(adjustment.of(), group);
    double[][] tpm =
        adjustment.fills() ? stored(Measure.TPM, group) : new double[columns.length][0];
    int first = firstSample(group);
    for (int sample = 0; sample < columns.length; sample++) {
      adjustment.column(columns[sample], tpm[sample], first + sample);
    }
    return columns;
  }

  private double[][] stored(Measure measure, int group) throws IOException {
    GroupPlace place = footer.groups().get(group);
    double[][] columns = new double[place.samples()][shape().features().size()];
    double[] values = new double[Shape.TILE * place.samples()];
    int tiles = Shape.tiles(place.features());
    TileReader reader = new TileReader(channel);
    reader.fetch(place, index(measure), 0, tiles);
    for (int tile = 0; tile < tiles; tile++) {
      int number = reader.values(tile, values);
      for (int row = 0, i = 0; i < number; row++) {
        for (int sample = 0; sample < columns.length; sample++) {
          columns[sample][tile * Shape.TILE + row] = values[i++];
        }
      }
    }
    for (double[] column : columns) {
      Arrays.fill(column, place.features(), column.length, Double.NaN);
    }
    return columns;
  }

  /** One feature over all samples. */
  public double[] slice(Measure measure, int row) throws IOException {
    return rows(measure, row, row + 1)[0];
  }

  /** The same by several threads: of many samples it is found in many places of the file. */
  public double[] slice(Measure measure, int row, Crew crew) throws IOException {
    return rows(measure, row, row + 1, Optional.of(crew))[0];
  }

  /** Features {@code from} to {@code to - 1} over all samples: one array a feature. */
  public double[][] rows(Measure measure, int from, int to) throws IOException {
    return rows(measure, from, to, Optional.empty());
  }

  private double[][] rows(Measure measure, int from, int to, Optional<Crew> crew)
      throws IOException {
    Adjustment adjustment = adjustment(measure);
    double[][] rows = stored(adjustment.of(), from, to, crew);
    double[][] tpm =
        adjustment.fills() ? stored(Measure.TPM, from, to, crew) : new double[rows.length][0];
    for (int row = 0; row < rows.length; row++) {
      adjustment.row(rows[row], tpm[row], from + row);
    }
    return rows;
  }

  private double[][] stored(Measure measure, int from, int to, Optional<Crew> crew)
      throws IOException {
    Objects.checkFromToIndex(from, to, shape().features().size());
    double[][] rows = new double[to - from][accessions().size()];
    List<GroupPlace> groups = footer.groups();
    if (crew.isEmpty()) {
      fill(rows, measure, from, groups, 0);
      return rows;
    }
    int[] columns = new int[groups.size() + 1];
    for (int i = 0; i < groups.size(); i++) {
      columns[i + 1] = columns[i] + groups.get(i).samples();
    }
    int pieces = Math.min(groups.size(), PIECES * crew.get().threads());
    crew.get()
        .inOrder(
            pieces,
            piece ->
                () -> {
                  int first = (int) ((long) piece * groups.size() / pieces);
                  int end = (int) ((piece + 1L) * groups.size() / pieces);
                  fill(rows, measure, from, groups.subList(first, end), columns[first]);
                  return piece;
                },
            done -> {});
    return rows;
  }

  /** Fills the columns of these groups, of which the first begins at {@code column}. */
  private void fill(double[][] rows, Measure measure, int from, List<GroupPlace> groups, int column)
      throws IOException {
    int to = from + rows.length;
    int begin = column;
    double[] values = new double[0];
    TileReader reader = new TileReader(channel);
    for (GroupPlace place : groups) {
      int known = Math.min(to, place.features());
      if (values.length < Shape.TILE * place.samples()) {
        values = new double[Shape.TILE * place.samples()];
      }
      if (known > from) {
        int end = Shape.tiles(known);
        reader.fetch(place, index(measure), from / Shape.TILE, end);
        for (int tile = from / Shape.TILE; tile < end; tile++) {
          reader.values(tile, values);
          int top = tile * Shape.TILE;
          for (int row = Math.max(from, top); row < Math.min(known, top + Shape.TILE); row++) {
            System.arraycopy(
                values, (row - top) * place.samples(), rows[row - from], begin, place.samples());
          }
        }
      }
      for (int row = Math.max(from, known); row < to; row++) {
        Arrays.fill(rows[row - from], begin, begin + place.samples(), Double.NaN);
      }
      begin += place.samples();
    }
  }

  /** False after it was closed, as it also is when a thread was interrupted that read it. */
  public boolean isOpen() {
    return channel.isOpen();
  }

  void copyGroups(FileChannel target) throws IOException {
    long end = footer.groups().isEmpty() ? 0 : footer.groups().getLast().end();
    for (long at = 0; at < end; ) {
      at += channel.transferTo(at, end - at, target);
    }
  }

  private int index(Measure measure) {
    return footer.shape().measures().indexOf(measure);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
