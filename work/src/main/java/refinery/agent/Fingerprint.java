package refinery.agent;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import refinery.protocol.Resources;

/**
 * Works out what this node can offer. The JDK's figures respect the limits of a container
 * (cgroups).
 */
final class Fingerprint {
  private static final long GIB = 1L << 30;
  private static final long OUTSIDE_HEAP = 768L << 20;
  private static final int SMALL_DISK = 4;
  private static final long FINE = 256L << 20;
  private static final long FINEST = 1L << 20;
  private static final int STEPS = 16;

  private Fingerprint() {}

  static Resources capacity(AgentConfig config, Volume volume, long scratchInUse) {
    return Resources.of(
        config.cpus().orElseGet(() -> 1_000L * Runtime.getRuntime().availableProcessors()),
        config.memory().orElseGet(() -> memory(config)),
        config.disk().orElseGet(() -> disk(volume, scratchInUse)));
  }

  /** Total memory less the reserve. At most half is held back, so that small machines work too. */
  private static long memory(AgentConfig config) {
    long total =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    long reserve =
        config
            .memoryReserve()
            .orElse(Math.min(Runtime.getRuntime().maxMemory(), total / 4) + OUTSIDE_HEAP);
    return total - Math.min(reserve, total / 2);
  }

  /** Rounded down, so that reports do not change with every byte written. */
  private static long disk(Volume volume, long scratchInUse) {
    long bytes = Math.max(0, volume.free() + scratchInUse - volume.kept());
    long step = step(bytes);
    return bytes / step * step;
  }

  /** On a small volume at most a sixteenth, so that it has something to offer. */
  private static long step(long bytes) {
    if (bytes < GIB) {
      return Math.max(FINEST, Long.highestOneBit(bytes / STEPS));
    }
    return bytes < SMALL_DISK * GIB ? FINE : GIB;
  }
}
