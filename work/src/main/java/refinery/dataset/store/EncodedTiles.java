package refinery.dataset.store;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * Some tiles of one measure of a group, compressed.
 *
 * @param lengths of each in bytes
 */
record EncodedTiles(byte[] bytes, int[] lengths, int[] checksums, long nonZero) {
  /** Tiles {@code from} to {@code to - 1} of samples, each of which has all features. */
  static EncodedTiles of(List<double[]> samples, int features, int from, int to) {
    Tile tile = new Tile();
    double[] values = new double[Shape.TILE * samples.size()];
    byte[] raw = new byte[Tile.capacity(values.length)];
    byte[] packed = new byte[(int) Zstd.compressBound(raw.length)];
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int[] lengths = new int[to - from];
    int[] checksums = new int[to - from];
    long nonZero = 0;
    for (int t = from; t < to; t++) {
      int first = t * Shape.TILE;
      int number = 0;
      for (int row = 0; row < Shape.rows(t, features); row++) {
        for (double[] sample : samples) {
          double value = sample[first + row];
          values[number++] = value;
          nonZero += value == 0 ? 0 : 1;
        }
      }
      int length = tile.encode(values, number, raw);
      int size =
          (int) Zstd.compressByteArray(packed, 0, packed.length, raw, 0, length, Packing.LEVEL);
      out.write(packed, 0, size);
      lengths[t - from] = size;
      checksums[t - from] = Packing.checksum(packed, 0, size);
    }
    return new EncodedTiles(out.toByteArray(), lengths, checksums, nonZero);
  }
}
