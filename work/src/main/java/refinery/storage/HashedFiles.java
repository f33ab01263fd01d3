package refinery.storage;

import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Computes digests of files and remembers the last 4,096 of them in memory: a file that has not
 * changed since need not be read again. Thread-safe.
 */
final class HashedFiles {
  static final int MOST = 4096;

  /** How often a file may be replaced just while it is linked. */
  private static final int TRIES = 100;

  /** Reads a whole file. */
  interface Hasher {
    String of(Path file) throws IOException;
  }

  private record Known(FileStamp stamp, String sha256) {}

  private final Hasher hasher;
  private final Map<Path, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Known> eldest) {
          return size() > MOST;
        }
      };

  HashedFiles(Hasher hasher) {
    this.hasher = hasher;
  }

  String hash(Path file) throws IOException {
    return hasher.of(file);
  }

  /**
   * Remembers a digest under the file's new name, unless another file has that name by now.
   *
   * @param stamp of the file when it was hashed, under its old name
   */
  void named(Path file, FileStamp stamp, String sha256) throws IOException {
    try {
      FileStamp now = FileStamp.of(file);
      if (now.isUnwritten(stamp)) {
        remember(file, now, sha256);
      }
    } catch (NoSuchFileException e) {
      // The file was removed: there is nothing to remember.
    }
  }

  /**
   * Makes {@code source} readable at {@code target} and returns the digest of what is there. The
   * caller compares the digest.
   */
  String link(Path source, Path target) throws IOException {
    FileStamp before = FileStamp.of(source);
    Optional<String> digest = digest(source, before);
    makeLink(source, target);
    FileStamp after = FileStamp.of(source);
    boolean linked = Files.isSymbolicLink(target) || FileStamp.of(target).isOfSameFile(after);
    String found =
        digest.isPresent() && linked && after.isUnwritten(before)
            ? digest.get()
            : hasher.of(target);
    if (linked) {
      // The new link has changed the change time of its file.
      remember(source, after, found);
    }
    return found;
  }

  private synchronized void remember(Path file, FileStamp stamp, String sha256) {
    known.put(file, new Known(stamp, sha256));
  }

  private synchronized Optional<String> digest(Path file, FileStamp stamp) {
    return Optional.ofNullable(known.get(file))
        .filter(one -> one.stamp().equals(stamp))
        .map(Known::sha256);
  }

  /**
   * Makes a hard link, otherwise a symbolic link, otherwise a copy. A file that is replaced at this
   * moment has no name left, and link(2) calls it absent: asked again, it finds the new one.
   */
  private static void makeLink(Path source, Path target) throws IOException {
    for (int tries = 1; !tryLink(source, target); tries++) {
      if (tries == TRIES) {
        throw new NoSuchFileException(target.toString(), source.toString(), "cannot be linked");
      }
    }
  }

  /** False if the source was replaced meanwhile. */
  private static boolean tryLink(Path source, Path target) throws IOException {
    try {
      Files.createLink(target, source);
      return true;
    } catch (NoSuchFileException e) {
      if (Files.exists(source)) {
        return false;
      }
      throw e;
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) {
      // Another file system, or hard links are not allowed.
      if (Files.exists(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
    }
    try {
      Files.createSymbolicLink(target, source);
    } catch (FileSystemException | UnsupportedOperationException e) {
      Files.copy(source, target, new CopyOption[0]);
    }
    return true;
  }
}
