package refinery.agent;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Measures and checks scratch directories, whose files may appear and vanish meanwhile. Symbolic
 * links are never followed.
 */
public final class Scratch {
  private static final Path SELF = Path.of("/proc/self");

  private Scratch() {}

  /**
   * @param bytes of all files
   * @param entries number of files and directories
   * @param newest time of the last change, in milliseconds since 1970
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
   * Makes the directory of all scratch files, which no other user may read: it may lie on a volume
   * that many share.
   *
   * @throws java.nio.file.FileAlreadyExistsException when another was quicker
   */
  static void make(Path root) throws IOException {
    Files.createDirectories(root.getParent());
    Files.createDirectory(
        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /**
   * Refuses a symbolic link, and a directory of another user: this node must not clear those.
   *
   * @throws IOException with a message for the user
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
}
