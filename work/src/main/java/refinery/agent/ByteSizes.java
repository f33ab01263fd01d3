package refinery.agent;

import java.util.Locale;

/** Writes numbers of bytes for people, such as {@code 1.5 GiB}. */
final class ByteSizes {
  private ByteSizes() {}

  static String text(long bytes) {
    if (bytes < 1L << 20) {
      return bytes < 1024 ? bytes + " B" : decimal(bytes / 1024.0, "KiB");
    }
    return bytes < 1L << 30
        ? decimal(bytes / (double) (1L << 20), "MiB")
        : decimal(bytes / (double) (1L << 30), "GiB");
  }

  private static String decimal(double value, String unit) {
    return String.format(Locale.ROOT, "%.1f %s", value, unit);
  }
}
