package refinery.dataset.format;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Puts pieces together to a gzip file of one member, which every reader understands. No time and no
 * name is written.
 */
final class GzipFile implements Closeable {
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
  private static final byte[] LAST_BLOCK = {3, 0};

  private final OutputStream out;
  private int checksum;
  private long length;

  GzipFile(Path file) throws IOException {
    out = new BufferedOutputStream(Files.newOutputStream(file));
    out.write(HEADER);
  }

  static void write(Path file, GzipPiece.Author author) throws IOException {
    try (GzipFile gzip = new GzipFile(file)) {
      gzip.add(GzipPiece.of(author));
      gzip.finish();
    }
  }

  void add(GzipPiece.Packed piece) throws IOException {
    out.write(piece.bytes());
    checksum = Checksums.joined(checksum, piece.checksum(), piece.length());
    length += piece.length();
  }

  /** Writes the end; a file that was not finished cannot be read. */
  void finish() throws IOException {
    out.write(LAST_BLOCK);
    little(checksum);
    little((int) length);
  }

  private void little(int number) throws IOException {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      out.write(number >>> shift);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
