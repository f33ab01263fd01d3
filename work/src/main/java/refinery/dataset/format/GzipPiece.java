package refinery.dataset.format;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A part of a gzip file that can be packed beside others: whole bytes of deflate without an end.
 * Text is packed as it is written; only the packed bytes are kept.
 */
final class GzipPiece {
  /** Higher levels take two to four times as long for a tenth of the size. */
  private static final int LEVEL = 1;

  private static final int BUFFER = 1 << 16;

  /** What was packed. */
  record Packed(byte[] bytes, long length, int checksum) {}

  /** Writes a piece. */
  @FunctionalInterface
  interface Author {
    void write(GzipPiece piece) throws java.io.IOException;
  }

  private final Deflater deflater = new Deflater(LEVEL, true);
  private final CRC32 checksum = new CRC32();
  private final byte[] text = new byte[BUFFER];
  private final byte[] packed = new byte[BUFFER];
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int filled;
  private long length;

  private GzipPiece() {}

  static Packed of(Author author) throws java.io.IOException {
    GzipPiece piece = new GzipPiece();
    try {
      author.write(piece);
      piece.flush(Deflater.SYNC_FLUSH);
      return new Packed(piece.out.toByteArray(), piece.length, (int) piece.checksum.getValue());
    } finally {
      piece.deflater.end();
    }
  }

  GzipPiece text(String words) {
    return bytes(words.getBytes(StandardCharsets.UTF_8));
  }

  GzipPiece bytes(byte[] words) {
    for (int from = 0; from < words.length; ) {
      if (filled == BUFFER) {
        flush(Deflater.NO_FLUSH);
      }
      int part = Math.min(words.length - from, BUFFER - filled);
      System.arraycopy(words, from, text, filled, part);
      filled += part;
      from += part;
    }
    return this;
  }

  GzipPiece sign(char sign) {
    room(1);
    text[filled++] = (byte) sign;
    return this;
  }

  GzipPiece number(double value, byte[] absent) {
    room(Numbers.LONGEST);
    filled = Numbers.write(value, absent, text, filled);
    return this;
  }

  GzipPiece whole(long value) {
    room(Numbers.LONGEST);
    filled = Numbers.whole(value, text, filled);
    return this;
  }

  private void room(int bytes) {
    if (filled + bytes > BUFFER) {
      flush(Deflater.NO_FLUSH);
    }
  }

  private void flush(int mode) {
    checksum.update(text, 0, filled);
    length += filled;
    deflater.setInput(text, 0, filled);
    int size;
    do {
      size = deflater.deflate(packed, 0, BUFFER, mode);
      out.write(packed, 0, size);
    } while (size == BUFFER || !deflater.needsInput());
    filled = 0;
  }
}
