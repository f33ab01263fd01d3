package refinery.sidebyside;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Seconds of processor time so far: idle time of the whole machine, and time of this JVM, in which
 * node, archive and load generator run together. Immutable.
 *
 * @param idle NaN if the system does not tell
 */
record Cores(double idle, double own) {
  /** Ticks per second in {@code /proc/stat}: 100 on all usual Linux systems (USER_HZ). */
  private static final double TICKS = 100;

  private static final int IDLE = 4;

  static Cores now() {
    double own = Double.NaN;
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      own = system.getProcessCpuTime() / 1e9;
    }
    Path stat = Path.of("/proc/stat");
    try (var lines = Files.lines(stat)) {
      String[] words = lines.findFirst().orElse("").split(" +", -1);
      return new Cores(Long.parseLong(words[IDLE]) / TICKS, own);
    } catch (IOException | RuntimeException e) {
      return new Cores(Double.NaN, own);
    }
  }

  Cores since(Cores before) {
    return new Cores(idle - before.idle, own - before.own);
  }

  String words(double seconds, int runs) {
    return String.format(
        Locale.ROOT,
        "  cores: %.2f of %d idle on average, %.2f used by the node's JVM (%.0f ms a run)",
        idle / seconds,
        Runtime.getRuntime().availableProcessors(),
        own / seconds,
        1000 * own / runs);
  }
}
