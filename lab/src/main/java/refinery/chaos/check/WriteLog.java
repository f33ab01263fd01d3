package refinery.chaos.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the jobs' processes wrote down: which attempts ran, and what each wrote. */
final class WriteLog {
  private final Map<String, Integer> starts = new HashMap<>();
  private final Map<String, String> digests = new HashMap<>();
  private final List<String> broken = new ArrayList<>();

  static WriteLog read(Path file) throws IOException {
    WriteLog log = new WriteLog();
    if (Files.exists(file)) {
      Files.readAllLines(file).forEach(log::line);
    }
    return log;
  }

  private void line(String line) {
    String[] words = line.split(" ");
    if (words[0].equals("start") && words.length == 6) {
      starts.merge(words[1], 1, Integer::sum);
    } else if (words[0].equals("wrote") && words.length == 3) {
      if (digests.put(words[1], words[2]) != null) {
        broken.add(words[1] + " wrote its output twice");
      }
    } else {
      broken.add("a line of the write log is broken: " + line);
    }
  }

  private static String mark(String job, int attempt) {
    return job + "/" + attempt;
  }

  /** How often the process of an attempt was started. */
  int starts(String job, int attempt) {
    return starts.getOrDefault(mark(job, attempt), 0);
  }

  /** True if this attempt wrote an output with this digest. */
  boolean wrote(String job, int attempt, String digest) {
    return digest.equals(digests.get(mark(job, attempt)));
  }

  /** Attempts that ran, as {@code job/number}. */
  List<String> marks() {
    return List.copyOf(starts.keySet());
  }

  /** The digests of all outputs, accepted or not. */
  List<String> outputs() {
    return List.copyOf(digests.values());
  }

  List<String> broken() {
    return List.copyOf(broken);
  }
}
