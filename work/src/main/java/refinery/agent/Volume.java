package refinery.agent;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The volume that holds the attempts' scratch directories. Each call asks the system. */
final class Volume {
  private final Path directory;
  private final AgentConfig config;

  Volume(Path directory, AgentConfig config) {
    this.directory = directory;
    this.config = config;
  }

  /** Bytes that can still be written; 0 if the system does not say. */
  long free() {
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      return 0;
    }
  }

  /** True if files there take memory, which a control group would count as the attempt's. */
  boolean isMemory() {
    try {
      return Files.getFileStore(directory).type().matches("tmpfs|ramfs");
    } catch (IOException e) {
      return false;
    }
  }

  /** Why the node takes no more work; empty when it does. */
  Optional<String> high() {
    return below(config.highWater(), "no new work");
  }

  /** Why running work must be stopped; empty when it need not. */
  Optional<String> critical() {
    return below(config.critical(), "critical");
  }

  /** Bytes that the node keeps free; 0 if the system does not say. */
  long kept() {
    try {
      return config.highWater().bytes(Files.getFileStore(directory).getTotalSpace());
    } catch (IOException e) {
      return 0;
    }
  }

  private Optional<String> below(AgentConfig.Mark mark, String what) {
    try {
      FileStore store = Files.getFileStore(directory);
      long free = store.getUsableSpace();
      long kept = mark.bytes(store.getTotalSpace());
      return free >= kept
          ? Optional.empty()
          : Optional.of(
              what
                  + ": "
                  + ByteSizes.text(free)
                  + " free on the volume of "
                  + directory
                  + ", "
                  + ByteSizes.text(kept)
                  + " are kept free");
    } catch (IOException e) {
      return Optional.of("the volume of " + directory + " cannot be read: " + e.getMessage());
    }
  }
}
