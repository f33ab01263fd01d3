package refinery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Stores immutable objects by the SHA-256 of their bytes. A key is {@code SHA256} in permanent
 * storage and {@code NAMESPACE/SHA256} in temporary storage, where the namespace is the download
 * job's id. An object is either there as a whole or not at all, also after a crash. Blocking: call
 * it on a thread that may block.
 */
public interface ObjectStore {

  /**
   * Stores a complete file durably. Putting what exists renews its modification time, so that a
   * sweeper does not take it for old garbage.
   *
   * @param namespace empty for permanent storage
   * @param consume true if {@code file} may be moved away instead of copied
   * @throws OutOfSpaceException when there is no space; nothing is left behind
   */
  StoredObject put(String namespace, Path file, boolean consume) throws IOException;

  /**
   * Like {@link #put(String, Path, boolean)} for a file that may be moved. If the file has not
   * changed since its digest was computed, it need not be read again.
   */
  default StoredObject put(String namespace, Digested file) throws IOException {
    return put(namespace, file.file(), true);
  }

  /**
   * Makes the object readable at {@code target}, by a link if possible, otherwise by a copy. Its
   * digest is verified before, unless this process has verified it and the file has not changed
   * since.
   *
   * @throws java.nio.file.NoSuchFileException when there is no such object
   * @throws DamagedObjectException when the bytes do not match the key; the object is set aside and
   *     no longer served
   */
  void materialise(String key, Path target) throws IOException;

  /** A channel at position 0, or empty when there is no such object. */
  Optional<SeekableByteChannel> open(String key) throws IOException;

  /** Calls back for every object, in no order, including abandoned staging files. */
  void list(Consumer<Listed> consumer) throws IOException;

  /** Removes an object or a staging file; nothing happens when it is not there. */
  void delete(String key) throws IOException;

  /**
   * Removes an object that was not put again after {@code since}. If it is put at the same moment
   * the put wins: the object is there when the put returns, and stays.
   *
   * @return true if it was removed
   */
  boolean deleteUnlessRenewed(String key, Instant since) throws IOException;

  /** Free bytes of the volume, or {@link Long#MAX_VALUE} where that has no meaning. */
  long free() throws IOException;

  record StoredObject(String key, String sha256, long size) {}

  record Listed(String key, long size, Instant modifiedAt, boolean staging) {}

  /** There is no space left for the object. */
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
