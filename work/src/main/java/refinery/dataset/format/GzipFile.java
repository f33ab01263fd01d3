package refinery.dataset.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A gzip file of one member, made of pieces, which every reader understands. No time and no name is
 * written.
 */
final class GzipFile implements Closeable {
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private final DeflatedFile out;

  GzipFile(Path file) throws IOException {
    out = new DeflatedFile(file);
    out.write(HEADER);
  }

  static void write(Path file, GzipPiece.Author author) throws IOException {
    try (GzipFile gzip = new GzipFile(file)) {
      gzip.add(GzipPiece.of(author));
      gzip.finish();
    }
  }

  void add(GzipPiece.Packed piece) throws IOException {
    out.add(piece);
  }

  /** Writes the end; a file that was not finished cannot be read. */
  void finish() throws IOException {
    out.finish();
    out.write(
        ByteBuffer.allocate(2 * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(out.checksum())
            .putInt((int) out.length())
            .array());
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
