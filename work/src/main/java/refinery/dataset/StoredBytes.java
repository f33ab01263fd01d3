package refinery.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Reads permanent storage. Blocking; for one thread. */
public interface StoredBytes {
  /** The bytes of an object; the reader closes them. */
  InputStream open(String sha256) throws IOException;

  /** Makes an object readable as a file, by a link if possible; its digest is verified. */
  void materialise(String sha256, Path target) throws IOException;
}
