package refinery.dataset.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads neighbouring tiles of a measure, group by group. For one thread. */
final class TileReader {
  private final FileChannel channel;
  private final Tile decoder = new Tile();
  private GroupPlace place;
  private int first;
  private ByteBuffer index;
  private byte[] bytes;
  private int start;
  private byte[] raw = new byte[0];

  TileReader(FileChannel channel) {
    this.channel = channel;
  }

  /** Fetches tiles {@code from} to {@code to - 1} of a group: two reads. */
  void fetch(GroupPlace group, int measure, int from, int to) throws IOException {
    place = group;
    first = from;
    int number = measure * Shape.tiles(group.features()) + from;
    int before = number == 0 ? 0 : 1;
    index =
        ByteBuffer.wrap(
            read(
                channel,
                group.indexAt(number - before),
                (to - from + before) * GroupPlace.INDEX_ENTRY));
    start = before == 0 ? 0 : index.getInt();
    index.position(before * GroupPlace.INDEX_ENTRY);
    index = index.slice();
    int end = index.getInt(index.limit() - GroupPlace.INDEX_ENTRY);
    if (start < 0 || end < start || end > group.tiles()) {
      throw new DamagedStore("the index of a group is not what was written");
    }
    bytes = read(channel, group.offset() + start, end - start);
    int most = Tile.capacity(Shape.TILE * group.samples());
    if (raw.length < most) {
      raw = new byte[most];
    }
  }

  /** The values of a tile, those of its first feature first; answers how many. */
  int values(int tile, double[] target) throws IOException {
    int entry = (tile - first) * GroupPlace.INDEX_ENTRY;
    int from = entry == 0 ? 0 : index.getInt(entry - GroupPlace.INDEX_ENTRY) - start;
    int length = index.getInt(entry) - start - from;
    if (from < 0 || length < 0 || from + length > bytes.length) {
      throw new DamagedStore("the index of a group is not what was written");
    }
    if (Packing.checksum(bytes, from, length) != index.getInt(entry + Integer.BYTES)) {
      throw new DamagedStore("a tile at %d is not what was written".formatted(start + from));
    }
    int number = Shape.rows(tile, place.features()) * place.samples();
    decoder.decode(raw, Packing.unpack(bytes, from, length, raw), number, target);
    return number;
  }

  static byte[] read(FileChannel channel, long position, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    while (target.hasRemaining()) {
      if (channel.read(target, position + target.position()) < 0) {
        throw new EOFException("the store ends at " + (position + target.position()));
      }
    }
    return target.array();
  }
}
