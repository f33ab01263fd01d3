package refinery.database;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The directory into which PostgreSQL's programs are unpacked. They run with this node's rights, so
 * no other user may ever be able to write there; but the library that unpacks them leaves the
 * directory open to all.
 */
final class PostgresPrograms {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  /**
   * A system property: the directory into which all nodes of this user unpack the programs once,
   * instead of each into its own. Starting many small nodes on one machine takes half the processor
   * time by it.
   */
  static final String SHARED = "refinery.postgres.programs";

  private PostgresPrograms() {}

  /**
   * The directory for the node that keeps its database in {@code home}.
   *
   * @throws DatabaseException when a shared one is open to other users
   */
  static Path prepared(Path home) throws IOException {
    String shared = System.getProperty(SHARED, "");
    if (shared.isEmpty()) {
      Path own = home.resolve("binaries");
      prepare(own);
      return own;
    }
    // The library opens the directory that it is given; the one above keeps others out.
    Path directory = Path.of(shared).toAbsolutePath();
    Files.createDirectories(directory.getParent());
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
    } catch (FileAlreadyExistsException e) {
      if (!isPrivate(directory)) {
        throw new DatabaseException(
            "%s=%s is open to other users; chmod 700 it".formatted(SHARED, directory), e);
      }
    }
    return Files.createDirectories(directory.resolve("binaries"));
  }

  /**
   * Makes the directory. One that other users could enter is removed first, so that its programs
   * are unpacked again.
   */
  static void prepare(Path directory) throws IOException {
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS) && !isPrivate(directory)) {
      delete(directory);
    }
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
    }
  }

  /** Closes the directory to other users, to whom unpacking opened it. */
  static void close(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PRIVATE);
  }

  private static boolean isPrivate(Path directory) throws IOException {
    return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
        && Files.getPosixFilePermissions(directory).equals(PRIVATE);
  }

  /** Removes a tree without following symbolic links. */
  private static void delete(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException error)
              throws IOException {
            if (error != null) {
              throw error;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
