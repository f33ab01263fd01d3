package refinery.agent;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Reads what /proc says of processes, as described in proc(5). A process may vanish between two
 * looks; then there is no answer. Without /proc there are no processes.
 */
final class ProcessTable {
  /** Fields of {@code /proc/PID/stat}, numbered as in proc(5). */
  static final int STATE = 3;

  static final int PARENT = 4;
  static final int SESSION = 6;
  private static final Path PROC = Path.of("/proc");
  private static final String LOCKS = "Max file locks";
  private static final long NOT_SCANNED = 64;

  private ProcessTable() {}

  static LongStream pids() {
    String[] names = PROC.toFile().list();
    return names == null
        ? LongStream.empty()
        : Stream.of(names)
            .filter(name -> !name.isEmpty() && Character.isDigit(name.charAt(0)))
            .mapToLong(Long::parseLong);
  }

  /**
   * Ids given out after {@code pid} if these are few, otherwise all processes but it. Linux gives
   * out ids in order and shows the last one in loadavg. Some ids may belong to no process.
   */
  static LongStream startedAfter(long pid) {
    long last = lastPid().orElse(-1);
    return last >= pid && last - pid <= NOT_SCANNED
        ? LongStream.rangeClosed(pid + 1, last)
        : pids().filter(other -> other != pid);
  }

  private static OptionalLong lastPid() {
    Optional<String> load = read(PROC.resolve("loadavg"));
    if (load.isEmpty()) {
      return OptionalLong.empty();
    }
    String text = load.get().trim();
    return OptionalLong.of(Long.parseLong(text.substring(text.lastIndexOf(' ') + 1)));
  }

  /** The processes that this one's first thread started; none where the system does not tell. */
  static long[] children(long pid) {
    return read(PROC.resolve(pid + "/task/" + pid + "/children")).stream()
        .flatMap(text -> Stream.of(text.trim().split(" ")))
        .filter(text -> !text.isEmpty())
        .mapToLong(Long::parseLong)
        .toArray();
  }

  static OptionalLong statField(long pid, int field) {
    String[] fields = stat(pid);
    return fields.length <= field - STATE
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseLong(fields[field - STATE]));
  }

  /** True when the process is gone, or has ended and waits for its parent to notice. */
  static boolean isOver(long pid) {
    String[] fields = stat(pid);
    return fields.length == 0 || fields[0].equals("Z") || fields[0].equals("X");
  }

  /** The fields from the third on. The second is a name, which may hold spaces and brackets. */
  private static String[] stat(long pid) {
    return read(PROC.resolve(pid + "/stat"))
        .map(text -> text.substring(text.lastIndexOf(')') + 1).trim().split(" "))
        .orElse(new String[0]);
  }

  static long residentPages(long pid) {
    return read(PROC.resolve(pid + "/statm"))
        .map(text -> text.split(" "))
        .filter(fields -> fields.length > 1)
        .map(fields -> Long.parseLong(fields[1]))
        .orElse(0L);
  }

  /** The largest resident size since its program began, in bytes; 0 when it is over. */
  static long highWater(String pid) {
    return read(PROC.resolve(pid + "/status"))
        .flatMap(text -> text.lines().filter(line -> line.startsWith("VmHWM:")).findFirst())
        .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .orElse(0L);
  }

  /** Resident bytes, with each shared page divided among its users; empty if unknown. */
  static OptionalLong proportionalBytes(long pid) {
    return read(PROC.resolve(pid + "/smaps_rollup"))
        .flatMap(text -> text.lines().filter(line -> line.startsWith("Pss:")).findFirst())
        .map(line -> line.replaceAll("[^0-9]", ""))
        .map(kibibytes -> OptionalLong.of(Long.parseLong(kibibytes) * 1024))
        .orElse(OptionalLong.empty());
  }

  /** Reads a variable of the environment with which the process was started. */
  static Optional<String> variable(long pid, String name) {
    return read(PROC.resolve(pid + "/environ"))
        .flatMap(
            text ->
                Stream.of(text.split("\0"))
                    .filter(variable -> variable.startsWith(name + "="))
                    .map(variable -> variable.substring(name.length() + 1))
                    .findFirst());
  }

  /** True if it has this JVM's command line, as a child has between fork and exec. */
  static boolean isThisProgram(long pid) {
    try {
      byte[] line = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("cmdline"));
      return Arrays.equals(line, Files.readAllBytes(PROC.resolve("self").resolve("cmdline")));
    } catch (IOException gone) {
      return false;
    }
  }

  /** The soft limit {@code RLIMIT_LOCKS}; empty if unlimited or unknown. */
  static OptionalLong locksLimit(long pid) {
    return read(PROC.resolve(pid + "/limits"))
        .flatMap(text -> text.lines().filter(line -> line.startsWith(LOCKS)).findFirst())
        .map(line -> line.substring(LOCKS.length()).strip().split("\\s+")[0])
        .filter(soft -> soft.matches("\\d{1,19}"))
        .map(soft -> OptionalLong.of(Long.parseUnsignedLong(soft)))
        .orElse(OptionalLong.empty());
  }

  /** Reads a file of /proc, which states no length; empty when the process is gone. */
  private static Optional<String> read(Path path) {
    if (!new File(path.toString()).exists()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }
}
