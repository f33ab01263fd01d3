package refinery.dataset.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes a store sample by sample; a group of samples is in memory at a time, of what went before
 * only the accessions. The target appears when {@link #finish} has succeeded, whole.
 *
 * <p>The order is part of the result: features as given, samples by accession, ascending, which is
 * checked. A version that adds to another has that one's samples first, in its order and as the
 * bytes they were, then its own by accession. No time and no name of a machine is written, so the
 * same content gives the same bytes, with however many threads. Not thread-safe.
 */
public final class DatasetWriter implements AutoCloseable {
  static final byte[] MAGIC = {'R', 'F', 'D', 'S', 0, 0, 0, 1};
  private static final int PIECE = 64;

  private final Path target;
  private final Path part;
  private final FileChannel channel;
  private final Crew crew;
  private final Shape shape;
  private final List<GroupPlace> groups = new ArrayList<>();
  private final List<String> accessions = new ArrayList<>();
  private final Set<String> ofBase = new HashSet<>();
  private final List<SampleEntry> entries = new ArrayList<>();
  private final List<List<double[]>> values = new ArrayList<>();
  private String last = "";
  private boolean anyOrder;

  private DatasetWriter(Path target, Shape shape, int threads) throws IOException {
    this.target = target;
    this.part = target.resolveSibling(target.getFileName() + ".part");
    this.shape = shape;
    this.channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    this.crew = new Crew(threads);
    shape.measures().forEach(measure -> values.add(new ArrayList<>()));
  }

  /** A new store. */
  public static DatasetWriter create(Path target, Shape shape, int threads) throws IOException {
    DatasetWriter writer = new DatasetWriter(target, shape, threads);
    writer.write(ByteBuffer.wrap(MAGIC));
    return writer;
  }

  /** A new store for the samples of another in their order, with its rows and measures. */
  public static DatasetWriter like(DatasetStore other, Path target, int threads)
      throws IOException {
    DatasetWriter writer = create(target, other.shape(), threads);
    writer.anyOrder = true;
    return writer;
  }

  /**
   * A version that holds what the base does and more. The base's blocks are copied as they are.
   *
   * @param moreFeatures rows that the base does not know, absent in its samples; mostly none
   */
  public static DatasetWriter append(
      DatasetStore base, Path target, List<String> moreFeatures, int threads) throws IOException {
    List<String> features = new ArrayList<>(base.shape().features());
    features.addAll(moreFeatures);
    Shape shape = new Shape(base.shape().level(), base.shape().measures(), features);
    DatasetWriter writer = new DatasetWriter(target, shape, threads);
    base.copyGroups(writer.channel);
    writer.groups.addAll(base.groups());
    writer.accessions.addAll(base.accessions());
    writer.ofBase.addAll(base.accessions());
    return writer;
  }

  /**
   * Adds a sample.
   *
   * @param measured one array a measure in their order, each with one value a feature in their
   *     order; not a number where the feature is absent. They are kept until their group is full
   *     and must not change.
   */
  public void add(SampleEntry sample, double[]... measured) throws IOException {
    check(sample, measured);
    last = sample.accession();
    accessions.add(last);
    entries.add(sample);
    for (int measure = 0; measure < measured.length; measure++) {
      values.get(measure).add(measured[measure]);
    }
    if (entries.size() == shape.groupSize()) {
      writeGroup();
    }
  }

  private void check(SampleEntry sample, double[][] measured) {
    if ((!anyOrder && last.compareTo(sample.accession()) >= 0)
        || ofBase.contains(sample.accession())) {
      throw new IllegalArgumentException(
          ofBase.contains(sample.accession())
              ? "the sample %s is in the base already".formatted(sample.accession())
              : "samples come by accession: %s after %s".formatted(sample.accession(), last));
    }
    if (measured.length != shape.measures().size()) {
      throw new IllegalArgumentException(
          "%s has values of %d measures, not of %s"
              .formatted(sample.accession(), measured.length, shape.measures()));
    }
    for (double[] column : measured) {
      if (column.length != shape.features().size()) {
        throw new IllegalArgumentException(
            "%s has %d values for %d features"
                .formatted(sample.accession(), column.length, shape.features().size()));
      }
      for (int i = 0; i < column.length; i++) {
        if (Double.isInfinite(column[i])) {
          throw new IllegalArgumentException(
              "%s: the value of %s is infinite"
                  .formatted(sample.accession(), shape.features().get(i)));
        }
      }
    }
  }

  private void writeGroup() throws IOException {
    long offset = channel.position();
    int features = shape.features().size();
    int tiles = Shape.tiles(features);
    int pieces = Math.ceilDiv(tiles, PIECE);
    List<Long> nonZero = new ArrayList<>();
    ByteBuffer index =
        ByteBuffer.allocate(shape.measures().size() * tiles * GroupPlace.INDEX_ENTRY);
    int[] end = {0};
    for (List<double[]> samples : values) {
      long[] number = {0};
      crew.<EncodedTiles>inOrder(
          pieces,
          piece ->
              () ->
                  EncodedTiles.of(
                      samples, features, piece * PIECE, Math.min(tiles, (piece + 1) * PIECE)),
          encoded -> {
            write(ByteBuffer.wrap(encoded.bytes()));
            number[0] += encoded.nonZero();
            for (int i = 0; i < encoded.lengths().length; i++) {
              end[0] = Math.addExact(end[0], encoded.lengths()[i]);
              index.putInt(end[0]).putInt(encoded.checksums()[i]);
            }
          });
      nonZero.add(number[0]);
    }
    write(index.flip());
    byte[] described = Texts.packed(entries);
    write(ByteBuffer.wrap(described));
    groups.add(new GroupPlace(offset, end[0], described.length, entries.size(), features, nonZero));
    entries.clear();
    values.forEach(List::clear);
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Writes what is left and puts the store in its place. A store without samples is refused. */
  public void finish() throws IOException {
    if (accessions.isEmpty()) {
      throw new IllegalArgumentException("a dataset needs at least one sample");
    }
    if (!entries.isEmpty()) {
      writeGroup();
    }
    byte[] footer = new Footer(shape, accessions, groups).bytes();
    ByteBuffer end =
        ByteBuffer.allocate(footer.length + 2 * Integer.BYTES + MAGIC.length)
            .put(footer)
            .putInt(footer.length)
            .putInt(Packing.checksum(footer, 0, footer.length))
            .put(MAGIC);
    write(end.flip());
    channel.close();
    Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes what was written if it was not finished. */
  @Override
  public void close() throws IOException {
    crew.close();
    channel.close();
    Files.deleteIfExists(part);
  }
}
