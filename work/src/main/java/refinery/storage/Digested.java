package refinery.storage;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file whose digest was computed by the process that wrote it, while it wrote.
 *
 * @param stamp state of the file right after the last write
 */
public record Digested(Path file, String sha256, FileStamp stamp) {

  /** Call it when the last byte is written and the file has its final name. */
  public static Digested of(Path file, String sha256) throws IOException {
    return new Digested(file, sha256, FileStamp.of(file));
  }

  boolean isUnchanged() throws IOException {
    return FileStamp.of(file).equals(stamp);
  }
}
