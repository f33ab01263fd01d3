package refinery.pipeline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import refinery.files.ToolWords;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;

/** Reads the last output of a tool and tells from it why the tool failed. */
final class LastWords {
  private static final int TAIL = 1 << 16;

  /** A process that a signal ended has this exit code and the signal's number. */
  private static final int SIGNAL = 128;

  private static final Pattern ERROR = Pattern.compile("(?i)(error|fatal)\\b");

  /** A line of a Java program's stack trace: it says where, and the lines before it say what. */
  private static final Pattern FRAME = Pattern.compile("\\s*at [\\w.$/@]+\\.[\\w$<>]+\\(.*\\)\\s*");

  /** Begins the lines with which a step's log tells its command. */
  private static final String OURS = "== ";

  private static final List<String> DISK =
      List.of(
          "no space left on device",
          "disk quota exceeded",
          "storage exhausted",
          "rcstorage,rcexhausted",
          "disk-limit exeeded",
          "file excessive",
          "file size limit exceeded");
  private static final List<String> MEMORY =
      List.of("std::bad_alloc", "cannot allocate memory", "out of memory");

  private LastWords() {}

  /** The last bytes of a file; empty when there is no file. */
  static String end(Path file, int bytes) throws IOException {
    return Files.isRegularFile(file) ? tail(file, Math.max(0, Files.size(file) - bytes)) : "";
  }

  /** The end of a file from an offset on, at most 64 KiB. */
  static String tail(Path file, long from) throws IOException {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long start = Math.max(from, channel.size() - TAIL);
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, channel.size() - start));
      while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {
        // Reads on until the buffer is full or the file ends.
      }
      return ToolWords.of(Arrays.copyOf(bytes.array(), bytes.position()));
    }
  }

  /** The failure of a tool that ended by itself with another exit code than 0. */
  static Failure failure(String step, String program, int exitCode, String tail) {
    String said = tail.toLowerCase(Locale.ROOT);
    FailureClass kind =
        DISK.stream().anyMatch(said::contains)
            ? FailureClass.OUT_OF_DISK
            : MEMORY.stream().anyMatch(said::contains)
                ? FailureClass.OUT_OF_MEMORY
                : FailureClass.PERMANENT;
    String words = lastLines(tail);
    return new Failure(
        kind,
        "%s exited with %d%s%s"
            .formatted(
                clean(program),
                exitCode,
                exitCode > SIGNAL && exitCode <= SIGNAL + 64
                    ? " (signal " + (exitCode - SIGNAL) + ")"
                    : "",
                words.isEmpty() ? "" : ": " + words),
        step);
  }

  /** True if the text holds messages of a full disk. Some tools print them and exit with 0. */
  static boolean saysDiskFull(String tail) {
    String said = tail.toLowerCase(Locale.ROOT);
    return DISK.stream().anyMatch(said::contains);
  }

  /**
   * The last three lines, and before them the first that says error: a long usage may follow it.
   */
  private static String lastLines(String tail) {
    List<String> lines =
        tail.lines()
            .map(LastWords::clean)
            .filter(line -> !line.isBlank() && !line.startsWith(OURS))
            .filter(line -> !FRAME.matcher(line).matches())
            .toList();
    List<String> last = lines.subList(Math.max(0, lines.size() - 3), lines.size());
    Stream<String> error =
        lines.stream()
            .filter(line -> ERROR.matcher(line).lookingAt() && !last.contains(line))
            .limit(1);
    return Stream.concat(error, last.stream())
        .map(line -> line.length() > 300 ? line.substring(0, 300) : line)
        .collect(Collectors.joining(" | "));
  }

  /** Removes control characters and colour codes. */
  static String clean(String text) {
    return text.replaceAll("\u001b\\[[0-9;]*m", "").replaceAll("\\p{Cntrl}+", " ").strip();
  }
}
