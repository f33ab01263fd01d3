package refinery.agent;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Finds programs on the PATH as {@code execvp} would, and caches what it found. Thread-safe. */
public final class ProgramPath {
  private static final String USUAL =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final Map<String, String> PACKAGES =
      Map.of(
          "prefetch", "sra-toolkit",
          "fasterq-dump", "sra-toolkit",
          "fastq-dump", "sra-toolkit",
          "vdb-validate", "sra-toolkit",
          "vdb-dump", "sra-toolkit",
          "rsem-prepare-reference", "rsem",
          "rsem-calculate-expression", "rsem",
          "rsem-simulate-reads", "rsem");

  private final String text;
  private final List<Path> directories;
  private final Map<String, Path> known = new ConcurrentHashMap<>();

  ProgramPath(String path) {
    text = path.isBlank() ? USUAL : path;
    directories =
        Stream.of(text.split(File.pathSeparator))
            .filter(s -> s.startsWith("/"))
            .map(Path::of)
            .toList();
  }

  /**
   * @param path as the variable PATH
   */
  public static ProgramPath of(String path) {
    return new ProgramPath(path);
  }

  public static ProgramPath ofSystem() {
    return new ProgramPath(Optional.ofNullable(System.getenv("PATH")).orElse(USUAL));
  }

  /** The value of PATH for child processes. */
  String text() {
    return text;
  }

  /** Finds a program by its name or its absolute path. */
  public Optional<Path> find(String program) {
    Path cached = known.get(program);
    if (cached != null && Files.isExecutable(cached)) {
      return Optional.of(cached);
    }
    Optional<Path> found = search(program);
    found.ifPresent(path -> known.put(program, path));
    return found;
  }

  private Optional<Path> search(String program) {
    Stream<Path> candidates =
        program.startsWith("/")
            ? Stream.of(Path.of(program))
            : program.isEmpty() || program.indexOf('/') >= 0 || program.indexOf('\0') >= 0
                ? Stream.of()
                : directories.stream().map(directory -> directory.resolve(program));
    return candidates
        .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
        .findFirst();
  }

  /** The message for whoever must install a missing program. */
  static String missing(String program) {
    String install = PACKAGES.getOrDefault(program, program);
    return program.matches("[A-Za-z0-9][A-Za-z0-9+._-]*")
        ? program + ": not found on the node's PATH; apt-get install " + install
        : "'"
            + program
            + "': not an executable file on this node; name a program on its PATH or an"
            + " absolute path";
  }
}
