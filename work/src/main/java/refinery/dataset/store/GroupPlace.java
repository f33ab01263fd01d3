package refinery.dataset.store;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Where a group of samples lies and what it holds.
 *
 * @param offset of its first tile
 * @param tiles their length together; the index follows them, then the entries
 * @param entries the length of the samples' descriptions
 * @param features how many of the store's features it knows: later ones are absent
 * @param nonZero cells of each measure that are not zero, absent ones among them
 */
record GroupPlace(
    long offset, int tiles, int entries, int samples, int features, List<Long> nonZero) {
  static final int INDEX_ENTRY = 2 * Integer.BYTES;

  GroupPlace {
    nonZero = List.copyOf(nonZero);
  }

  long indexAt(int tile) {
    return offset + tiles + (long) tile * INDEX_ENTRY;
  }

  int indexLength() {
    return nonZero.size() * Shape.tiles(features) * INDEX_ENTRY;
  }

  long entriesAt() {
    return offset + tiles + indexLength();
  }

  long end() {
    return entriesAt() + entries;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(offset);
    out.writeInt(tiles);
    out.writeInt(entries);
    out.writeInt(samples);
    out.writeInt(features);
    for (long number : nonZero) {
      out.writeLong(number);
    }
  }

  static GroupPlace read(DataInput in, int measures) throws IOException {
    long offset = in.readLong();
    int tiles = in.readInt();
    int entries = in.readInt();
    int samples = in.readInt();
    int features = in.readInt();
    Long[] nonZero = new Long[measures];
    for (int i = 0; i < measures; i++) {
      nonZero[i] = in.readLong();
    }
    return new GroupPlace(offset, tiles, entries, samples, features, Arrays.asList(nonZero));
  }
}
