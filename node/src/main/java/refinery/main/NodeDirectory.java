package refinery.main;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import refinery.configuration.ConfigurationException;

/**
 * The directory of a node: private to the user who runs it, and used by one process at a time. What
 * another user made, or could have changed, is refused: whoever plants a password file or a program
 * there would act with this node's rights. The lock ends with the process, however that ends.
 */
final class NodeDirectory implements AutoCloseable {
  private static final String LOCK = "node.lock";
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FOR_OTHERS_TO_WRITE =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private final Path path;
  private final FileChannel lock;

  private NodeDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes the directory where there is none, checks it, and locks it.
   *
   * @throws ConfigurationException when it cannot be made, is not this user's alone, or is in use
   */
  static NodeDirectory open(Path directory) {
    try {
      make(directory);
      requireOwn(directory);
      return new NodeDirectory(directory, lock(directory));
    } catch (IOException e) {
      throw new ConfigurationException("--dir: cannot use " + directory + ": " + reason(e));
    }
  }

  private static void make(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      Path parent = directory.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      FileAttribute<Set<PosixFilePermission>> mode = PosixFilePermissions.asFileAttribute(PRIVATE);
      Files.createDirectory(directory, mode);
    }
  }

  private static void requireOwn(Path directory) throws IOException {
    Path real = directory.toRealPath();
    Object self = ownUser(real);
    requireOwner(real, self, real);
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(real);
    EnumSet<PosixFilePermission> open = EnumSet.copyOf(FOR_OTHERS_TO_WRITE);
    open.retainAll(mode);
    if (!open.isEmpty()) {
      throw new ConfigurationException(
          "--dir: other users may write in %s (%s), so what lies there cannot be trusted; give a directory"
                  .formatted(real, PosixFilePermissions.toString(mode))
              + " of its own, such as one below it, and the node makes it");
    }
    if (!mode.equals(PRIVATE)) {
      Files.setPosixFilePermissions(real, PRIVATE);
    }
    requireOwnEntries(real, self, 2);
  }

  /** Looks near the top only: what another user planted while he could write lies there. */
  private static void requireOwnEntries(Path directory, Object self, int levels)
      throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        requireOwner(entry, self, directory);
        if (levels > 1 && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          requireOwnEntries(entry, self, levels - 1);
        }
      }
    }
  }

  private static void requireOwner(Path entry, Object self, Path directory) throws IOException {
    if (!owner(entry).equals(self)) {
      throw new ConfigurationException(
          "--dir: %s belongs to user %s, not to the one who runs this node; give another directory"
              .formatted(
                  entry.equals(directory)
                      ? entry
                      : directory.relativize(entry) + " in " + directory,
                  Files.getOwner(entry, LinkOption.NOFOLLOW_LINKS).getName()));
    }
  }

  private static Object owner(Path path) throws IOException {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)
        : Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static Object ownUser(Path directory) throws IOException {
    Path self = Path.of("/proc/self");
    return Files.exists(self)
        ? owner(self)
        : directory
            .getFileSystem()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName(System.getProperty("user.name"));
  }

  private static FileChannel lock(Path directory) throws IOException {
    Path file = directory.resolve(LOCK);
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      if (!isLocked(channel)) {
        throw new ConfigurationException(
            "--dir: %s is in use by %s: stop that node, or start this one with another --dir"
                .formatted(directory.toAbsolutePath(), holder(file)));
      }
      String self = "process %d since %s".formatted(ProcessHandle.current().pid(), startOfThis());
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(self.getBytes(StandardCharsets.UTF_8)), 0);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException heldInThisProcess) {
      return false;
    }
  }

  private static String holder(Path file) throws IOException {
    String holder = Files.readString(file).strip();
    return holder.matches("process \\d{1,10} since \\S{1,40}") ? holder : "another process";
  }

  private static Instant startOfThis() {
    return ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
  }

  Path path() {
    return path;
  }

  /** Puts a secret into a file that only the owner may read; replaces what was there. */
  Path writePrivately(String name, String secret) throws IOException {
    Path draft =
        Files.createTempFile(
            path,
            name,
            ".part",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(draft, secret + "\n");
    return Files.move(
        draft,
        path.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName().replaceAll("Exception$", "") + ": " + e.getMessage();
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
