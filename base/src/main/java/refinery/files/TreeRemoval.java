package refinery.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Removes trees of files, even while others add or remove files in them. Symbolic links are
 * removed, never followed. Blocking.
 */
public final class TreeRemoval extends SimpleFileVisitor<Path> {
  private TreeRemoval() {}

  /**
   * Removes the tree, after making read-only directories writable. Does nothing when the tree does
   * not exist.
   *
   * @throws IOException when something cannot be removed; part of the tree may be gone then
   */
  public static void remove(Path root) throws IOException {
    if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      Files.walkFileTree(root, new TreeRemoval());
    }
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
    if (!Files.isWritable(directory) || !Files.isExecutable(directory)) {
      boolean opened =
          directory.toFile().setWritable(true) && directory.toFile().setExecutable(true);
      return opened ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    Files.deleteIfExists(file);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    if (failure instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw failure;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, IOException failure)
      throws IOException {
    Files.deleteIfExists(directory);
    return FileVisitResult.CONTINUE;
  }
}
