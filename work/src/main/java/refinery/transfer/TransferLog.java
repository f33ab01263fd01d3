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

/**
 * Writes the attempt's log for people. Thread-safe: every line is written as a whole. If the file
 * cannot be written the line goes to the node's log.
 */
final class TransferLog {
  private static final Logger LOG = LoggerFactory.getLogger(TransferLog.class);
  private final Path file;

  TransferLog(Path file) {
    this.file = file;
  }

  /** Writes a line with the time; control characters become blanks. */
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

  /** Bytes for people, such as {@code 12.3 MiB}. */
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
