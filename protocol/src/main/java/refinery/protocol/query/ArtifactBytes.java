package refinery.protocol.query;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;

/** Reads objects of permanent storage. Blocking: call it on a blocking executor only. */
public interface ArtifactBytes {
  /** Opens an object at position 0; the caller closes it. Empty when storage has no such object. */
  Optional<SeekableByteChannel> open(String sha256) throws IOException;
}
