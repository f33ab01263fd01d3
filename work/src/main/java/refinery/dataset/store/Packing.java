package refinery.dataset.store;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Compresses with zstd: the library and its version come with Refinery, so that the same bytes
 * result everywhere; zlib is the JDK's, or the system's.
 */
final class Packing {
  static final int LEVEL = 3;
  private static final int HEADER = 2 * Integer.BYTES;
  private static final int LARGEST = 1 << 30;

  private Packing() {}

  /** The length and a checksum, then the compressed bytes. */
  static byte[] pack(byte[] bytes) {
    byte[] packed = Zstd.compress(bytes, LEVEL);
    return ByteBuffer.allocate(HEADER + packed.length)
        .putInt(bytes.length)
        .putInt(checksum(packed, 0, packed.length))
        .put(packed)
        .array();
  }

  static byte[] unpack(byte[] block) throws DamagedStore {
    if (block.length < HEADER) {
      throw new DamagedStore("a block has no length");
    }
    ByteBuffer header = ByteBuffer.wrap(block);
    int length = header.getInt();
    int size = block.length - HEADER;
    if (length < 0 || length > LARGEST || checksum(block, HEADER, size) != header.getInt()) {
      throw new DamagedStore("a block is not what was written");
    }
    byte[] bytes = new byte[length];
    if (unpack(block, HEADER, size, bytes) != length) {
      throw new DamagedStore("a block is not as long as it says");
    }
    return bytes;
  }

  /** Answers how many bytes there are. */
  static int unpack(byte[] packed, int from, int length, byte[] target) throws DamagedStore {
    try {
      return (int) Zstd.decompressByteArray(target, 0, target.length, packed, from, length);
    } catch (ZstdException e) {
      throw new DamagedStore("a block cannot be unpacked: " + e.getMessage());
    }
  }

  static int checksum(byte[] bytes, int from, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, from, length);
    return (int) checksum.getValue();
  }
}
