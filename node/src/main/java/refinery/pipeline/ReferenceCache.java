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
import refinery.agent.Scratch;
import refinery.configuration.ConfigurationException;
import refinery.protocol.Json;
import refinery.storage.ObjectStore;
import refinery.storage.ObjectStore.OutOfSpaceException;

/**
 * This node's unpacked references, each in a directory named by its tarball's SHA-256, read-only
 * and shared by all attempts that use it. A directory gets its name when all of it has been
 * verified and lies on the disk, so a crash leaves only drafts, which the next start removes. Those
 * not in use go, the least recently used first, when another needs the room. Thread-safe; blocking.
 */
public final class ReferenceCache {
  private static final String KEY = "refinery.pipelines.references.disk";
  private static final String DRAFT = ".part";
  private static final String PACKED = "packed" + DRAFT;
  private static final long LOOK_MILLIS = 100;

  /** The manifest comes first in a tarball; until it was read no more than this is written. */
  private static final long BEFORE_MANIFEST = 17L << 20;

  private static final long EACH_FILE = 4096;

  /** Of the volume, where no size is configured. */
  private static final int AUTO_PART = 4;

  private final Path directory;
  private final OptionalLong configured;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final Object room = new Object();

  /** One reference; {@code users} and {@code bytes} are guarded by {@link #room}. */
  private static final class Entry {
    private final ReentrantLock lock = new ReentrantLock();
    private int users;
    private long bytes;
    private boolean verified;
  }

  /**
   * A reference in use; it stays until this is closed.
   *
   * @param bytes unpacked
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

  /** The configured size; empty: auto. */
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
   * Removes what was being unpacked when the last life ended, and keeps the rest.
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
          Scratch.remove(path);
        }
      }
    }
    return cache;
  }

  /** Unpacks it unless it is here; of several that want the same one, one unpacks. */
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
      Scratch.remove(path);
      unpack(sha256, path, store, attempt);
      entry.verified = true;
      manifest = Optional.of(read(path));
      long bytes = size(path);
      synchronized (room) {
        entry.bytes = bytes;
      }
    }
    Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
    return new Lease(path, entry.bytes, manifest.get(), () -> release(entry));
  }

  /** The manifest, if every file is there; once in a life each file's size is compared. */
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

  private void unpack(String sha256, Path path, ObjectStore store, Attempt attempt)
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
            makeRoom(needed);
            allowed.grant(needed);
          });
      settle(files);
      Files.move(files, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Scratch.remove(draft);
    }
  }

  /** Removes the least recently used until so many bytes fit below the limit and on the volume. */
  private void makeRoom(long needed) throws IOException {
    synchronized (room) {
      long limit = limit();
      while (used() + needed > limit || Files.getFileStore(directory).getUsableSpace() < needed) {
        Optional<Map.Entry<String, Entry>> oldest =
            entries.entrySet().stream()
                .filter(entry -> entry.getValue().users == 0)
                .min(Comparator.comparing(entry -> lastUse(entry.getKey())));
        if (oldest.isEmpty()) {
          throw new OutOfSpaceException(
              "no room for a reference of %d bytes: %d of %d bytes hold references in use"
                  .formatted(needed, used(), limit),
              null);
        }
        entries.remove(oldest.get().getKey());
        Scratch.remove(directory.resolve(oldest.get().getKey()));
      }
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

  /** Onto the disk, and read-only. */
  private static void settle(Path files) throws IOException {
    Map<Path, Boolean> paths = new TreeMap<>(Comparator.reverseOrder());
    try (var walk = Files.walk(files)) {
      walk.forEach(path -> paths.put(path, Files.isDirectory(path)));
    }
    for (Map.Entry<Path, Boolean> path : paths.entrySet()) {
      try (FileChannel channel = FileChannel.open(path.getKey(), StandardOpenOption.READ)) {
        channel.force(true);
      }
      // The top stays writable for its owner: it is renamed, and removed one day.
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
