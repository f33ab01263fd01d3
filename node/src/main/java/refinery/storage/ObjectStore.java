package refinery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Immutable, content-addressed objects. A key is {@code SHA256} in permanent storage and {@code
 * NAMESPACE/SHA256} in temporary storage, where the namespace is the download job's id. An object
 * is either wholly there or not at all. Blocking: call it on a blocking executor only.
 */
public interface ObjectStore {

  /**
   * Publishes a complete file: hashes it, writes it under a staging name, fsyncs, renames. Putting
   * what exists renews its modification time, so that a sweeper does not take it for old garbage.
   *
   * @param namespace empty for permanent storage
   * @param consume whether {@code file} may be moved instead of copied
   * @throws OutOfSpaceException when the volume is full; nothing is left behind
   */
  StoredObject put(String namespace, Path file, boolean consume) throws IOException;

  /**
   * As {@link #put(String, Path, boolean)} of a file that may be moved. One that has not changed
   * since its digest was taken need not be read again.
   */
  default StoredObject put(String namespace, Digested file) throws IOException {
    return put(namespace, file.file(), true);
  }

  /**
   * Makes the object readable at {@code target} (a link where that is possible, else a copy) after
   * verifying its digest, or that this process did and the file has not changed since.
   *
   * @throws DamagedObjectException when the bytes are not what the key says; the object is set
   *     aside and no longer served
   */
  void materialise(String key, Path target) throws IOException;

  /** A channel at position 0, or empty when there is no such object. */
  Optional<SeekableByteChannel> open(String key) throws IOException;

  /** Calls back for every object, in no order, including abandoned staging files. */
  void list(Consumer<Listed> consumer) throws IOException;

  /** Removes an object or a staging file; nothing happens when it is not there. */
  void delete(String key) throws IOException;

  /**
   * Removes what was not put again after {@code since}. A put at the same moment wins: its object
   * is there when it returns, and stays.
   *
   * @return whether it was removed
   */
  boolean deleteUnlessRenewed(String key, Instant since) throws IOException;

  /** Free bytes of the volume, or {@link Long#MAX_VALUE} where that has no meaning. */
  long free() throws IOException;

  record StoredObject(String key, String sha256, long size) {}

  record Listed(String key, long size, Instant modifiedAt, boolean staging) {}

  /** No space left where the object should be written. */
  final class OutOfSpaceException extends IOException {
    private static final long serialVersionUID = 1L;

    public OutOfSpaceException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The stored bytes do not have the digest of their key. */
  final class DamagedObjectException extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedObjectException(String message) {
      super(message);
    }
  }
}
