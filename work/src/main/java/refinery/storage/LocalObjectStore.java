package refinery.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Objects as read-only files below one directory, which several nodes may share. Thread-safe, also
 * between processes: an object becomes visible by a single rename within one file system.
 *
 * <pre>
 * objects/ab/cd/SHA256          permanent storage
 * spaces/NAMESPACE/ab/cd/SHA256 temporary storage
 * staging/UUID                  being written
 * damaged/SHA256.UUID           files whose bytes do not match their key, kept for a person
 * </pre>
 */
public final class LocalObjectStore implements ObjectStore {
  private static final String STAGING = "staging/";

  /**
   * How often a step is repeated because a sweeper removed an empty directory in between. A sweeper
   * removes a directory once, so this many defeats in a row mean another fault.
   */
  private static final int TRIES = 100;

  private final Path root;
  private final HashedFiles hashed;

  private LocalObjectStore(Path root, HashedFiles.Hasher hasher) {
    this.root = root;
    this.hashed = new HashedFiles(hasher);
  }

  public static LocalObjectStore open(Path root) throws IOException {
    return open(root, Sha256::of);
  }

  static LocalObjectStore open(Path root, HashedFiles.Hasher hasher) throws IOException {
    for (String part : new String[] {"objects", "spaces", "staging", "damaged"}) {
      Files.createDirectories(root.resolve(part));
    }
    return new LocalObjectStore(root.toAbsolutePath().normalize(), hasher);
  }

  @Override
  public StoredObject put(String namespace, Path file, boolean consume) throws IOException {
    return put(
        namespace,
        file,
        staged -> consume ? take(file, staged, Optional.empty()) : copy(file, staged));
  }

  @Override
  public StoredObject put(String namespace, Digested file) throws IOException {
    return put(
        namespace,
        file.file(),
        staged ->
            take(
                file.file(),
                staged,
                file.isUnchanged() ? Optional.of(file.sha256()) : Optional.empty()));
  }

  /** Brings bytes to a staging file and returns their digest. */
  private interface Staging {
    String stage(Path staged) throws IOException;
  }

  private StoredObject put(String namespace, Path file, Staging staging) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("cannot be stored, not a regular file: " + file);
    }
    Path staged = root.resolve(STAGING + UUID.randomUUID());
    try {
      String sha256 = staging.stage(staged);
      long size = Files.size(staged);
      Files.setPosixFilePermissions(staged, PosixFilePermissions.fromString("r--r--r--"));
      Files.setLastModifiedTime(staged, FileTime.from(Instant.now()));
      ObjectKey key = new ObjectKey(namespace, sha256);
      FileStamp stamp = FileStamp.of(staged);
      publish(staged, path(key));
      hashed.named(path(key), stamp, sha256);
      return new StoredObject(key.text(), sha256, size);
    } catch (IOException e) {
      throw explained(e, file);
    } finally {
      Files.deleteIfExists(staged);
    }
  }

  /**
   * Moves a staged file to its place, also over an existing object: that repairs a damaged one and
   * renews its time. Repeats if the sweeper of another node removes the directory.
   */
  private void publish(Path staged, Path target) throws IOException {
    for (int tries = 1; ; tries++) {
      makeDirectory(target.getParent());
      try {
        Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
        break;
      } catch (NoSuchFileException e) {
        if (tries == TRIES || !Files.exists(staged)) {
          throw e;
        }
      }
    }
    // Another node may have made the directories and not synced them yet.
    for (Path parent = target.getParent(); !parent.equals(root); parent = parent.getParent()) {
      sync(parent);
    }
  }

  /**
   * Moves the file to staging, or copies it from another file system. It is hashed in staging,
   * where nobody else writes. Its time is set before the move: a sweeper of another node must never
   * see a fresh file with an old time.
   *
   * @param known the digest; empty if it must be computed
   */
  private String take(Path file, Path staged, Optional<String> known) throws IOException {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      Files.move(file, staged, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (e instanceof NoSuchFileException) {
        throw e;
      }
      String sha256 = copy(file, staged);
      Files.delete(file);
      return sha256;
    }
    String sha256 = known.isPresent() ? known.get() : hashed.hash(staged);
    sync(staged);
    return sha256;
  }

  private static String copy(Path file, Path staged) throws IOException {
    try (FileChannel channel =
        FileChannel.open(staged, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = Channels.newOutputStream(channel);
      String sha256 = Sha256.copy(file, out);
      channel.force(true);
      return sha256;
    }
  }

  @Override
  public void materialise(String text, Path target) throws IOException {
    ObjectKey key = ObjectKey.parse(text);
    Path source = path(key);
    if (!Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(text, null, "no such object in " + root);
    }
    try {
      String found = hashed.link(source, target);
      if (!found.equals(key.sha256())) {
        Files.delete(target);
        setAside(key, source);
        throw new DamagedObjectException(
            "object %s in %s is damaged (its bytes have the digest %s); it was set aside below %s"
                .formatted(text, root, found, root.resolve("damaged")));
      }
    } catch (DamagedObjectException e) {
      throw e;
    } catch (IOException e) {
      throw explained(e, target);
    }
  }

  private void setAside(ObjectKey key, Path source) throws IOException {
    Path aside = root.resolve("damaged").resolve(key.sha256() + "." + UUID.randomUUID());
    try {
      Files.move(source, aside, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      // Another reader found the damage first and has set it aside.
      return;
    }
  }

  @Override
  public Optional<SeekableByteChannel> open(String key) throws IOException {
    try {
      return Optional.of(Files.newByteChannel(path(ObjectKey.parse(key)), StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void list(Consumer<Listed> consumer) throws IOException {
    visit(
        root.resolve("objects"),
        (file, attributes) ->
            consumer.accept(listed(file.getFileName().toString(), attributes, false)));
    Path spaces = root.resolve("spaces");
    visit(
        spaces,
        (file, attributes) -> {
          String namespace = spaces.relativize(file).getName(0).toString();
          consumer.accept(listed(namespace + "/" + file.getFileName(), attributes, false));
        });
    visit(
        root.resolve("staging"),
        (file, attributes) ->
            consumer.accept(listed(STAGING + file.getFileName(), attributes, true)));
  }

  private static Listed listed(String key, BasicFileAttributes attributes, boolean staging) {
    return new Listed(key, attributes.size(), attributes.lastModifiedTime().toInstant(), staging);
  }

  private interface Visitor {
    void visit(Path file, BasicFileAttributes attributes);
  }

  private static void visit(Path top, Visitor visitor) throws IOException {
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            visitor.visit(file, attributes);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // removed while we walked
            }
            throw failure;
          }
        });
  }

  @Override
  public void delete(String key) throws IOException {
    Path path = locate(key);
    Files.deleteIfExists(path);
    removeEmptyParents(path);
  }

  /**
   * Moves the file to staging before it looks at its time a second time. If a put has renewed the
   * file before the move, it goes back; a put after the move makes a new file. The first look
   * avoids moving files that were renewed long ago.
   */
  @Override
  public boolean deleteUnlessRenewed(String key, Instant since) throws IOException {
    Path path = locate(key);
    Path doomed = root.resolve(STAGING + UUID.randomUUID());
    try {
      if (Files.getLastModifiedTime(path).toInstant().isAfter(since)) {
        return false;
      }
      Files.move(path, doomed, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return false;
    }
    if (Files.getLastModifiedTime(doomed).toInstant().isAfter(since)) {
      Files.move(doomed, path, StandardCopyOption.ATOMIC_MOVE);
      return false;
    }
    Files.deleteIfExists(doomed);
    removeEmptyParents(path);
    return true;
  }

  /** Removes empty parents; one that is in use stays. */
  private void removeEmptyParents(Path path) throws IOException {
    Path spaces = root.resolve("spaces");
    for (Path parent = path.getParent();
        parent != null && parent.startsWith(spaces) && !parent.equals(spaces);
        parent = parent.getParent()) {
      try {
        Files.deleteIfExists(parent);
      } catch (java.nio.file.DirectoryNotEmptyException e) {
        return;
      }
    }
  }

  @Override
  public long free() throws IOException {
    return Files.getFileStore(root).getUsableSpace();
  }

  private Path locate(String key) {
    if (key.startsWith(STAGING)) {
      UUID name = UUID.fromString(key.substring(STAGING.length()));
      return root.resolve(STAGING + name);
    }
    return path(ObjectKey.parse(key));
  }

  private Path path(ObjectKey key) {
    Path top =
        key.namespace().isEmpty()
            ? root.resolve("objects")
            : root.resolve("spaces").resolve(key.namespace());
    return top.resolve(key.sha256().substring(0, 2))
        .resolve(key.sha256().substring(2, 4))
        .resolve(key.sha256());
  }

  private static void makeDirectory(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    for (int tries = 1; ; tries++) {
      try {
        Files.createDirectories(directory);
        return;
      } catch (NoSuchFileException e) {
        // A parent was removed by another node's sweeper at that moment.
        if (tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private IOException explained(IOException e, Path file) {
    return isOutOfSpace(e)
        ? new OutOfSpaceException("no space left below %s for %s".formatted(root, file), e)
        : e;
  }

  /** True if the system's message says that a volume or a quota is full. */
  public static boolean isOutOfSpace(IOException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return e instanceof OutOfSpaceException
        || message.contains("no space left")
        || message.contains("quota exceeded")
        || message.contains("file too large");
  }
}
