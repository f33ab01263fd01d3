package refinery.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a control group (cgroup v1 or v2) below this JVM's own for each attempt, where the system
 * lets us. Thread-safe.
 */
final class MemoryGroups {
  /** Below this a group costs more than the process; the watcher's samples suffice. */
  static final long SMALLEST = 64L << 20;

  static final String MEMBERS = "cgroup.procs";

  private static final Logger LOG = LoggerFactory.getLogger(MemoryGroups.class);
  private static final String PREFIX = "refinery-";

  /** The group of this JVM alone, which version 2 wants beside those of attempts. */
  private static final String OWN = PREFIX + "node-";

  /** The files of the two versions. */
  private enum Version {
    V1("memory.limit_in_bytes", "memory.oom_control"),
    V2("memory.max", "memory.events");

    private final String limit;
    private final String counter;

    Version(String limit, String counter) {
      this.limit = limit;
      this.counter = counter;
    }
  }

  private final Version version;
  private final Path parent;
  private static final AtomicLong NUMBERS = new AtomicLong();

  private MemoryGroups(Version version, Path parent) {
    this.version = version;
    this.parent = parent;
  }

  /** What this JVM may use; empty where nothing is writable. Tries it with a group. */
  static Optional<MemoryGroups> ofSystem() {
    try {
      return find(
          Files.readAllLines(Path.of("/proc/self/cgroup")),
          Files.readAllLines(Path.of("/proc/self/mounts")));
    } catch (IOException noLinux) {
      return Optional.empty();
    }
  }

  /**
   * @param own lines of {@code /proc/self/cgroup}
   * @param mounts lines of {@code /proc/self/mounts}
   */
  static Optional<MemoryGroups> find(List<String> own, List<String> mounts) {
    return version1(own, mounts)
        .or(() -> version2(own, mounts))
        .filter(
            groups -> {
              try {
                groups.prepare();
                return true;
              } catch (IOException | UnsupportedOperationException refused) {
                LOG.debug("no control group below {}", groups.parent, refused);
                return false;
              }
            });
  }

  private static Optional<MemoryGroups> version1(List<String> own, List<String> mounts) {
    return own.stream()
        .map(line -> line.split(":", 3))
        .filter(part -> part.length == 3 && List.of(part[1].split(",")).contains("memory"))
        .flatMap(part -> mounted(mounts, "cgroup", "memory").map(at -> below(at, part[2])).stream())
        .map(path -> new MemoryGroups(Version.V1, path))
        .findFirst();
  }

  private static Optional<MemoryGroups> version2(List<String> own, List<String> mounts) {
    return own.stream()
        .filter(line -> line.startsWith("0::"))
        .flatMap(
            line -> mounted(mounts, "cgroup2", "").map(at -> below(at, line.substring(3))).stream())
        .map(path -> new MemoryGroups(Version.V2, path))
        .findFirst();
  }

  private static Optional<Path> mounted(List<String> mounts, String type, String option) {
    return mounts.stream()
        .map(line -> line.split(" "))
        .filter(part -> part.length > 3 && part[2].equals(type))
        .filter(part -> option.isEmpty() || List.of(part[3].split(",")).contains(option))
        .map(part -> Path.of(part[1]))
        .findFirst();
  }

  /** In a container only the container's part may be mounted: then that is the group. */
  private static Path below(Path mount, String group) {
    Path whole = mount.resolve(group.substring(group.startsWith("/") ? 1 : 0)).normalize();
    Path there = Files.isDirectory(whole) && whole.startsWith(mount) ? whole : mount;
    return there.getFileName().toString().startsWith(OWN) ? there.getParent() : there;
  }

  /** Removes what ended JVMs left, and tries to make a group. */
  private void prepare() throws IOException {
    if (version == Version.V2 && !controls("cgroup.controllers")) {
      throw new IOException("the memory of " + parent + " is not ours to divide");
    }
    if (version == Version.V2 && !controls("cgroup.subtree_control")) {
      delegate();
    }
    try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, PREFIX + "*-*")) {
      left.forEach(MemoryGroups::removeIfOver);
    }
    group(SMALLEST).remove();
  }

  private boolean controls(String file) throws IOException {
    return List.of(Files.readString(parent.resolve(file)).trim().split("\\s+")).contains("memory");
  }

  /** A group that divides its memory may have no process itself, so this JVM moves below it. */
  private void delegate() throws IOException {
    String self = Long.toString(ProcessHandle.current().pid());
    Path leaf = parent.resolve(OWN + self);
    Files.createDirectories(leaf);
    Files.writeString(leaf.resolve(MEMBERS), self);
    try {
      Files.writeString(parent.resolve("cgroup.subtree_control"), "+memory");
    } catch (IOException others) {
      Files.writeString(parent.resolve(MEMBERS), self);
      Files.deleteIfExists(leaf);
      throw others;
    }
  }

  private static void removeIfOver(Path group) {
    String[] parts = group.getFileName().toString().split("-");
    boolean over =
        parts[parts.length - 1].matches("[0-9]{1,15}")
            && parts[1].matches("[0-9]{1,15}|node")
            && ProcessHandle.of(Long.parseLong(parts[1].equals("node") ? parts[2] : parts[1]))
                .isEmpty();
    if (over) {
      try {
        Files.deleteIfExists(group);
      } catch (IOException inUse) {
        LOG.debug("{} is left", group, inUse);
      }
    }
  }

  /** A group for an attempt that reserved as much; empty where a group is not worth it. */
  Optional<MemoryGroup> of(long memory) {
    if (memory < SMALLEST) {
      return Optional.empty();
    }
    try {
      return Optional.of(group(memory));
    } catch (IOException refused) {
      LOG.warn("no control group, memory is sampled: {}", refused.toString());
      return Optional.empty();
    }
  }

  private MemoryGroup group(long memory) throws IOException {
    Path group =
        parent.resolve(PREFIX + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet());
    Files.createDirectory(group);
    MemoryGroup made = new MemoryGroup(group, group.resolve(version.counter));
    try {
      Files.writeString(group.resolve(version.limit), Long.toString(memory));
    } catch (IOException refused) {
      made.remove();
      throw refused;
    }
    switch (version) {
      case V1 -> ifThere(group.resolve("memory.memsw.limit_in_bytes"), Long.toString(memory));
      case V2 -> {
        ifThere(group.resolve("memory.swap.max"), "0");
        ifThere(group.resolve("memory.oom.group"), "1");
      }
    }
    return made;
  }

  /** What only some kernels have. */
  private static void ifThere(Path file, String value) {
    try {
      if (Files.exists(file)) {
        Files.writeString(file, value);
      }
    } catch (IOException refused) {
      LOG.debug("{} is not set", file, refused);
    }
  }

  /** For people. */
  String description() {
    return "cgroup " + (version == Version.V1 ? "v1" : "v2") + " below " + parent;
  }
}
