package refinery.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control group of one attempt: the kernel keeps the memory of its processes, page cache
 * included, below a limit, and ends a process when it cannot. Thread-safe.
 */
final class MemoryGroup {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryGroup.class);
  private static final int ROUNDS = 200;

  private final Path directory;
  private final Path counter;

  /**
   * @param counter the file that counts the processes that the kernel ended
   */
  MemoryGroup(Path directory, Path counter) {
    this.directory = directory;
    this.counter = counter;
  }

  /** Takes in a process; what it starts from then on is in the group from its first moment. */
  void add(long pid) {
    put(pid);
    for (long child : ProcessTable.children(pid)) {
      put(child);
    }
  }

  private void put(long pid) {
    try {
      Files.writeString(directory.resolve(MemoryGroups.MEMBERS), Long.toString(pid));
    } catch (IOException ended) {
      LOG.debug("process {} cannot be put into {}", pid, directory, ended);
    }
  }

  /** True once the kernel has ended a process of the group for want of memory. */
  boolean ranOut() {
    try {
      return Files.readAllLines(counter).stream()
          .anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
    } catch (IOException gone) {
      return false;
    }
  }

  /** Removes the group, whose processes have ended; the kernel may need a moment to see that. */
  void remove() {
    for (int round = 0; round < ROUNDS; round++) {
      try {
        Files.deleteIfExists(directory);
        return;
      } catch (IOException busy) {
        LockSupport.parkNanos(5_000_000L);
      }
    }
    LOG.warn("the control group {} cannot be removed", directory);
  }
}
