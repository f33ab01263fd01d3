package refinery.pipeline;

import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import refinery.agent.Attempt;
import refinery.configuration.ConfigurationException;
import refinery.files.TreeRemoval;
import refinery.protocol.Json;
import refinery.storage.ObjectStore;
import refinery.storage.ObjectStore.OutOfSpaceException;

/**
 * The references that this node keeps unpacked. Each lies in a directory named by its tarball's
 * SHA-256, read-only, and is shared by all attempts that use it. A directory gets its name only
 * when all its files are verified and synced, so a crash leaves only drafts, which the next start
 * removes. When another reference needs the space, unused ones are removed, the least recently used
 * first. Thread-safe; blocking.
 */
public final class ReferenceCache {
  private static final String KEY = "refinery.pipelines.references.disk";
  private static final String DRAFT = ".part";
  private static final String PACKED = "packed" + DRAFT;
  private static final long LOOK_MILLIS = 100;

  /** Bytes that may be written before the manifest, which comes first in a tarball, was read. */
  private static final long BEFORE_MANIFEST = 17L << 20;

  private static final long EACH_FILE = 4096;

  /** The cache may take one part in so many of the volume if no size is configured. */
  private static final int AUTO_PART = 4;

  private final Path directory;
  private final OptionalLong configured;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final Object room = new Object();

  /**
   * One reference. {@code users}, {@code bytes} and {@code coming}, the bytes of an unpacking under
   * way, are guarded by {@link #room}.
   */
  private static final class Entry {
    private final ReentrantLock lock = new ReentrantLock();
    private int users;
    private long bytes;
    private long coming;
    private boolean verified;
  }

  /**
   * A reference in use, which is not removed until this is closed.
   *
   * @param path directory of the unpacked files
   * @param bytes size of the unpacked files
   */
  record Lease(Path path, long bytes, IndexManifest manifest, Runnable release)
      implements AutoCloseable {
    @Override
    public void close() {
      release.run();
    }
  }

  private ReferenceCache(Path directory, OptionalLong configured) {
    this.directory = directory;
    this.configured = configured;
  }

  /** The configured size in bytes; empty: auto. */
  public static OptionalLong limit(Config config) {
    if (config.getString(KEY).equals("auto")) {
      return OptionalLong.empty();
    }
    long bytes = config.getBytes(KEY);
    if (bytes <= 0) {
      throw new ConfigurationException(KEY + " must be auto or a size above zero");
    }
    return OptionalLong.of(bytes);
  }

  /**
   * Opens the cache and removes drafts of the last life.
   *
   * @param most bytes to keep; empty: a quarter of the volume
   */
  public static ReferenceCache open(Path directory, OptionalLong most) throws IOException {
    Files.createDirectories(directory);
    ReferenceCache cache = new ReferenceCache(directory, most);
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
      for (Path path : found) {
        String name = path.getFileName().toString();
        if (name.matches("[0-9a-f]{64}")) {
          Entry entry = new Entry();
          entry.bytes = size(path);
          cache.entries.put(name, entry);
        } else {
          TreeRemoval.remove(path);
        }
      }
    }
    return cache;
  }

  /**
   * Returns a reference, and unpacks it if necessary. If several attempts want the same one, one
   * unpacks it and the others wait.
   */
  Lease lease(String sha256, ObjectStore store, Attempt attempt)
      throws IOException, StepFailure, InterruptedException {
    Entry entry;
    synchronized (room) {
      entry = entries.computeIfAbsent(sha256, key -> new Entry());
      entry.users++;
    }
    boolean held = false;
    try {
      while (!entry.lock.tryLock(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        Streams.heed(attempt);
      }
      Lease lease;
      try {
        lease = leased(sha256, entry, store, attempt);
      } finally {
        entry.lock.unlock();
      }
      held = true;
      return lease;
    } finally {
      if (!held) {
        release(entry);
      }
    }
  }

  private Lease leased(String sha256, Entry entry, ObjectStore store, Attempt attempt)
      throws IOException, StepFailure {
    Path path = directory.resolve(sha256);
    Optional<IndexManifest> manifest = whole(path, entry);
    if (manifest.isEmpty()) {
      TreeRemoval.remove(path);
      manifest = Optional.of(unpacked(sha256, entry, store, attempt));
    }
    Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
    return new Lease(path, entry.bytes, manifest.get(), () -> release(entry));
  }

  private IndexManifest unpacked(String sha256, Entry entry, ObjectStore store, Attempt attempt)
      throws IOException, StepFailure {
    Path path = directory.resolve(sha256);
    long bytes = 0;
    try {
      unpack(sha256, entry, store, attempt);
      IndexManifest manifest = read(path);
      bytes = size(path);
      entry.verified = true;
      return manifest;
    } finally {
      synchronized (room) {
        entry.bytes = bytes;
        entry.coming = 0;
      }
    }
  }

  /**
   * The manifest of a complete directory; empty if a file is missing. Once per life of the node the
   * size of every file is compared as well.
   */
  private static Optional<IndexManifest> whole(Path path, Entry entry) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    IndexManifest manifest;
    try {
      manifest = read(path);
    } catch (IOException e) {
      return Optional.empty();
    }
    if (!entry.verified) {
      for (IndexManifest.Entry file : manifest.files()) {
        Path there = path.resolve(file.path());
        if (!Files.isRegularFile(there, LinkOption.NOFOLLOW_LINKS)
            || Files.size(there) != file.size()) {
          return Optional.empty();
        }
      }
      entry.verified = true;
    }
    return Optional.of(manifest);
  }

  private static IndexManifest read(Path path) throws IOException {
    return Json.MAPPER.readValue(path.resolve(IndexManifest.NAME).toFile(), IndexManifest.class);
  }

  private void unpack(String sha256, Entry entry, ObjectStore store, Attempt attempt)
      throws IOException, StepFailure {
    Path draft = Files.createTempDirectory(directory, sha256 + DRAFT);
    try {
      Path tarball = draft.resolve(PACKED);
      store.materialise(sha256, tarball);
      Path files = Files.createDirectory(draft.resolve("files"));
      ScratchRoom allowed = new ScratchRoom(attempt, BEFORE_MANIFEST);
      Unpack.verified(
          tarball,
          files,
          allowed,
          attempt,
          manifest -> {
            long bytes = manifest.files().stream().mapToLong(IndexManifest.Entry::size).sum();
            long needed = bytes + EACH_FILE * manifest.files().size();
            makeRoom(entry, needed);
            allowed.grant(needed);
          });
      settle(files);
      Files.move(files, directory.resolve(sha256), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      TreeRemoval.remove(draft);
    }
  }

  /**
   * Removes the least recently used references until so many bytes fit below the limit and on the
   * volume, beside all that is being unpacked, and counts them for the entry. On the volume others
   * count as if none of their bytes were written yet.
   *
   * @throws OutOfSpaceException if all that remain are in use
   */
  private void makeRoom(Entry entry, long needed) throws IOException {
    synchronized (room) {
      long limit = limit();
      entry.bytes = 0;
      while (used() + needed > limit
          || Files.getFileStore(directory).getUsableSpace() < needed + coming()) {
        Optional<Map.Entry<String, Entry>> oldest =
            entries.entrySet().stream()
                .filter(one -> one.getValue().users == 0)
                .min(Comparator.comparing(one -> lastUse(one.getKey())));
        if (oldest.isEmpty()) {
          throw new OutOfSpaceException(
              "no room for a reference of %d bytes: %d of %d bytes hold references in use"
                  .formatted(needed, used(), limit),
              null);
        }
        entries.remove(oldest.get().getKey());
        TreeRemoval.remove(directory.resolve(oldest.get().getKey()));
      }
      entry.bytes = needed;
      entry.coming = needed;
    }
  }

  private long limit() throws IOException {
    return configured.isPresent()
        ? configured.getAsLong()
        : Files.getFileStore(directory).getTotalSpace() / AUTO_PART;
  }

  private long used() {
    return entries.values().stream().mapToLong(entry -> entry.bytes).sum();
  }

  private long coming() {
    return entries.values().stream().mapToLong(entry -> entry.coming).sum();
  }

  private Instant lastUse(String name) {
    try {
      return Files.getLastModifiedTime(directory.resolve(name)).toInstant();
    } catch (IOException e) {
      return Instant.EPOCH;
    }
  }

  private void release(Entry entry) {
    synchronized (room) {
      entry.users--;
    }
  }

  /** Syncs the files to disk and makes them read-only. */
  private static void settle(Path files) throws IOException {
    Map<Path, Boolean> paths = new TreeMap<>(Comparator.reverseOrder());
    try (var walk = Files.walk(files)) {
      walk.forEach(path -> paths.put(path, Files.isDirectory(path)));
    }
    for (Map.Entry<Path, Boolean> path : paths.entrySet()) {
      try (FileChannel channel = FileChannel.open(path.getKey(), StandardOpenOption.READ)) {
        channel.force(true);
      }
      // The top directory stays writable for its owner, so that it can be renamed, and later
      // removed.
      if (!path.getKey().equals(files)) {
        Files.setPosixFilePermissions(
            path.getKey(),
            PosixFilePermissions.fromString(path.getValue() ? "r-xr-xr-x" : "r--r--r--"));
      }
    }
  }

  private static long size(Path path) throws IOException {
    try (var walk = Files.walk(path)) {
      return walk.map(Path::toFile)
          .filter(java.io.File::isFile)
          .mapToLong(java.io.File::length)
          .sum();
    }
  }
}
