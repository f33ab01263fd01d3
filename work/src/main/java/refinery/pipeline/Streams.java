package refinery.pipeline;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipException;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import refinery.agent.Attempt;

/** Reads files of any size, compressed or not. {@link ScratchRoom} writes them. */
final class Streams {
  private static final int BUFFER = 1 << 17;

  private Streams() {}

  /** The attempt was told to stop while a step read or wrote. */
  static final class StoppedException extends IOException {
    private static final long serialVersionUID = 1L;

    StoppedException() {
      super("the attempt was told to stop");
    }
  }

  /**
   * Reads all members of a gzip file unpacked, or any other file as it is. Each read restarts the
   * stall clock. After a stop the next read fails with {@link StoppedException}, also in the middle
   * of highly compressed data.
   */
  static InputStream open(Path file, Attempt attempt) throws IOException {
    BufferedInputStream raw = raw(file, attempt);
    try {
      raw.mark(2);
      boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
      raw.reset();
      return gzip
          ? new BufferedInputStream(
              new Heedful(new GzipCompressorInputStream(raw, true), attempt), BUFFER)
          : raw;
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  /** Reads the bytes as they are, with the same regard for stall clock and stop. */
  static BufferedInputStream raw(Path file, Attempt attempt) throws IOException {
    return new BufferedInputStream(new Heedful(Files.newInputStream(file), attempt), BUFFER);
  }

  /** The same of any stream. */
  static InputStream heedful(InputStream in, Attempt attempt) {
    return new Heedful(in, attempt);
  }

  static void heed(Attempt attempt) throws StoppedException {
    if (attempt.isStopped()) {
      throw new StoppedException();
    }
    attempt.progressed();
  }

  /** True if an exception means that the compressed bytes themselves are damaged. */
  static boolean isDamage(IOException e) {
    if (e instanceof StoppedException) {
      return false;
    }
    String message = String.valueOf(e.getMessage());
    return e instanceof EOFException
        || e instanceof ZipException
        || message.contains("Gzip")
        || message.contains("gzip")
        || message.contains(".gz ")
        || message.contains("CRC");
  }

  private static final class Heedful extends FilterInputStream {
    private final Attempt attempt;

    Heedful(InputStream in, Attempt attempt) {
      super(in);
      this.attempt = attempt;
    }

    @Override
    public int read() throws IOException {
      heed(attempt);
      return super.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      heed(attempt);
      return super.read(buffer, offset, length);
    }
  }
}
