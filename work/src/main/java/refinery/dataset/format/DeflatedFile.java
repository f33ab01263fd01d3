package refinery.dataset.format;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts pieces together to one stream of deflate, and knows the checksum of what they hold. */
final class DeflatedFile implements Closeable {
  private static final byte[] LAST_BLOCK = {3, 0};

  private final OutputStream out;
  private int checksum;
  private long length;

  DeflatedFile(Path file) throws IOException {
    out = new BufferedOutputStream(Files.newOutputStream(file));
  }

  void write(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  void add(GzipPiece.Packed piece) throws IOException {
    out.write(piece.bytes());
    checksum = Checksums.joined(checksum, piece.checksum(), piece.length());
    length += piece.length();
  }

  /** Writes the end of the stream. */
  void finish() throws IOException {
    out.write(LAST_BLOCK);
    out.flush();
  }

  int checksum() {
    return checksum;
  }

  /** Unpacked. */
  long length() {
    return length;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
