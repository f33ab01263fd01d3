package refinery.manifests;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;

/** Lists in permanent storage. Blocking: call it on a blocking executor only. */
public interface Manifests {

  /** Opens a list at position 0; the caller closes it. Fails when storage has no such list. */
  SeekableByteChannel open(String sha256) throws IOException;

  /** A new empty file on this node, into which a list is written before it is stored. */
  Path draft() throws IOException;

  /**
   * Moves a complete draft into permanent storage. When storage has the same list already, that is
   * marked as new, so that it is not deleted soon.
   *
   * @return the list's SHA-256, lower-case hex
   */
  String put(Path draft) throws IOException;
}
