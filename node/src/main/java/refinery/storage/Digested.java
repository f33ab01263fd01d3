package refinery.storage;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file whose digest was taken by the process that wrote it, from the bytes that it wrote.
 *
 * @param stamp right after the last write
 */
public record Digested(Path file, String sha256, FileStamp stamp) {

  /** To be called when the last byte was written and the file has its name. */
  public static Digested of(Path file, String sha256) throws IOException {
    return new Digested(file, sha256, FileStamp.of(file));
  }

  boolean isUnchanged() throws IOException {
    return FileStamp.of(file).equals(stamp);
  }
}
