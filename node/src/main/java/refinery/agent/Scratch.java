package refinery.agent;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Trees of files that come and go while one looks at them. Symbolic links are never followed. */
public final class Scratch {
  private static final Path SELF = Path.of("/proc/self");

  private Scratch() {}

  /**
   * @param bytes in all files
   * @param entries files and directories
   * @param newest modification, in milliseconds since 1970
   */
  record Measure(long bytes, long entries, long newest) {
    static final Measure NOTHING = new Measure(0, 0, 0);
  }

  static Measure measure(Path root) throws IOException {
    if (!Files.exists(root)) {
      return Measure.NOTHING;
    }
    Counter counter = new Counter();
    Files.walkFileTree(root, counter);
    return new Measure(counter.bytes, counter.entries, counter.newest);
  }

  /**
   * Neither a link to what may be anybody's, nor another user's: that is not ours to clear.
   *
   * @throws IOException with words for the user
   */
  public static void requireOwn(Path root) throws IOException {
    if (Files.isSymbolicLink(root)) {
      throw new IOException(
          root
              + " is a symbolic link, and what is behind it is not the node's to clear: remove the"
              + " link and set refinery.agent.scratch to the directory");
    }
    if (Files.exists(root)
        && Files.exists(SELF)
        && !Files.getAttribute(root, "unix:uid").equals(Files.getAttribute(SELF, "unix:uid"))) {
      throw new IOException(
          root
              + " belongs to user "
              + Files.getOwner(root).getName()
              + ", not to the one who runs this node: set refinery.agent.scratch to another"
              + " directory");
    }
  }

  /**
   * Removes the tree; read-only directories are opened for it. What is already gone is no failure,
   * what cannot be removed is.
   */
  public static void remove(Path root) throws IOException {
    if (Files.exists(root, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      Files.walkFileTree(root, new Remover());
    }
  }

  private static final class Counter extends SimpleFileVisitor<Path> {
    private long bytes;
    private long entries;
    private long newest;

    private void count(BasicFileAttributes attributes) {
      entries++;
      newest = Math.max(newest, attributes.lastModifiedTime().toMillis());
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      count(attributes);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      count(attributes);
      bytes += attributes.size();
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException gone) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException gone) {
      return FileVisitResult.CONTINUE;
    }
  }

  private static final class Remover extends SimpleFileVisitor<Path> {
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
}
