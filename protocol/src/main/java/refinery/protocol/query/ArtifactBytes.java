package refinery.protocol.query;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;

/** The bytes of permanent storage. Blocking: call it on a blocking executor only. */
public interface ArtifactBytes {
  /** A channel at position 0, or empty when storage has no such object. */
  Optional<SeekableByteChannel> open(String sha256) throws IOException;
}
