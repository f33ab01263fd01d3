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

/** Reading files of any size, compressed or not. */
final class Streams {
  private static final int BUFFER = 1 << 17;

  private Streams() {}

  /** All members of a gzip file, or the bytes of one that is not; keeps the stall clock quiet. */
  static InputStream open(Path file, Attempt attempt) throws IOException {
    BufferedInputStream raw =
        new BufferedInputStream(new Progressing(Files.newInputStream(file), attempt), BUFFER);
    raw.mark(2);
    boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
    raw.reset();
    return gzip ? new BufferedInputStream(new GzipCompressorInputStream(raw, true), BUFFER) : raw;
  }

  /** Whether a failure to read says that the compressed bytes themselves are damaged. */
  static boolean isDamage(IOException e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof EOFException
        || e instanceof ZipException
        || message.contains("Gzip")
        || message.contains("gzip")
        || message.contains(".gz ")
        || message.contains("CRC");
  }

  private static final class Progressing extends FilterInputStream {
    private final Attempt attempt;

    Progressing(InputStream in, Attempt attempt) {
      super(in);
      this.attempt = attempt;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      attempt.progressed();
      return super.read(buffer, offset, length);
    }
  }
}
