package refinery.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import software.amazon.awssdk.http.ContentStreamProvider;

/**
 * A range of a file as the body of a request. It can be read several times (to sign it, to send it,
 * to send it again) and is never held in memory. The last reading is digested, so a file that
 * changes during an upload is noticed even if the service ignores checksums.
 */
final class FilePart implements ContentStreamProvider {
  private static final int BUFFER = 1 << 17;

  private final Path file;
  private final long offset;
  private final long length;
  private final byte[] expected;
  private MessageDigest sent = Sha256.digest();
  private InputStream open = InputStream.nullInputStream();

  private FilePart(Path file, long offset, long length, byte[] expected) {
    this.file = file;
    this.offset = offset;
    this.length = length;
    this.expected = expected;
  }

  /** A file's digest and size, and its parts with their digests, all from one reading. */
  record Parts(String sha256, long size, List<FilePart> parts) {}

  static Parts split(Path file, long partSize) throws IOException {
    MessageDigest whole = Sha256.digest();
    List<FilePart> parts = new ArrayList<>();
    byte[] buffer = new byte[BUFFER];
    long at = 0;
    try (InputStream in = Files.newInputStream(file)) {
      boolean more = true;
      while (more) {
        MessageDigest part = Sha256.digest();
        long start = at;
        while (at - start < partSize) {
          int n = in.read(buffer, 0, (int) Math.min(buffer.length, partSize - (at - start)));
          if (n < 0) {
            more = false;
            break;
          }
          whole.update(buffer, 0, n);
          part.update(buffer, 0, n);
          at += n;
        }
        if (at > start || parts.isEmpty()) {
          parts.add(new FilePart(file, start, at - start, part.digest()));
        }
      }
    }
    return new Parts(Sha256.hex(whole.digest()), at, List.copyOf(parts));
  }

  long length() {
    return length;
  }

  /** The SHA-256 in base64, as the S3 protocol wants it. */
  String checksum() {
    return Base64.getEncoder().encodeToString(expected);
  }

  @Override
  public synchronized InputStream newStream() {
    try {
      open.close();
      sent = Sha256.digest();
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ).position(offset);
      open = new DigestInputStream(new Limited(Channels.newInputStream(channel), length), sent);
      return open;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Call it once, after the request succeeded.
   *
   * @throws IOException if the bytes that were sent are not those that were digested before
   */
  synchronized void requireUnchanged() throws IOException {
    open.close();
    if (!MessageDigest.isEqual(sent.digest(), expected)) {
      throw new IOException("changed while it was stored: " + file);
    }
  }

  /** Closes the stream that was read last. */
  synchronized void close() throws IOException {
    open.close();
  }

  /** Reads a number of bytes from a stream, and fails if the stream is shorter. */
  private static final class Limited extends FilterInputStream {
    private long left;

    Limited(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int n = super.read(buffer, from, (int) Math.min(length, left));
      if (n < 0) {
        throw new IOException("a file became shorter while it was stored");
      }
      left -= n;
      return n;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
