package refinery.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The attempt's readable log. Any thread; a line is written whole. */
final class TransferLog {
  private static final Logger LOG = LoggerFactory.getLogger(TransferLog.class);
  private final Path file;

  TransferLog(Path file) {
    this.file = file;
  }

  void line(String text) {
    String line =
        Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + text.replaceAll("\\p{Cntrl}", " ");
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException unwritable) {
      LOG.warn("cannot write {}: {}", file, unwritable.getMessage());
      LOG.info("{}", text);
    }
  }

  /** {@code 12.3 MiB}. */
  static String bytes(long count) {
    if (count < 1024) {
      return count + " B";
    }
    double value = count;
    String unit = "";
    for (String larger : new String[] {"KiB", "MiB", "GiB", "TiB"}) {
      if (value < 1024) {
        break;
      }
      value /= 1024;
      unit = larger;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, unit);
  }
}
