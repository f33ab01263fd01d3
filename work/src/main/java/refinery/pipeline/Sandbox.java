package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.agent.AgentConfig.Sandboxing;
import refinery.agent.ProgramPath;
import refinery.configuration.ConfigurationException;

/**
 * Runs the processes of steps by bubblewrap: without a network, in a process namespace of their
 * own, with the attempt's scratch as their only place to write, and without a sight of the node's
 * directory, its keys and configuration, the scratch of other attempts, the home of the node's user
 * and the sockets below {@code /run}, of which a daemon of containers would open the machine.
 * Thread-safe.
 */
public final class Sandbox {
  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);
  private static final String KEY = "refinery.agent.sandbox";
  private static final long PROBE_SECONDS = 20;
  private static final Path TMP = Path.of("/tmp");
  private static final List<Path> SOCKETS = List.of(Path.of("/run"), Path.of("/var/run"));

  private final Optional<Path> bubblewrap;
  private final boolean required;
  private final Hidden hidden;
  private final String description;

  /**
   * What a tool does not see unless its step is given it.
   *
   * @param directories with all that is below them
   * @param files that may lie where other things must be seen; what is not there is ignored
   */
  public record Hidden(List<Path> directories, List<Path> files) {
    static final Hidden NOTHING = new Hidden(List.of(), List.of());

    public Hidden {
      directories = List.copyOf(directories);
      files = List.copyOf(files);
    }
  }

  private Sandbox(Optional<Path> bubblewrap, boolean required, Hidden hidden, String description) {
    this.bubblewrap = bubblewrap;
    this.required = required;
    this.hidden = hidden;
    this.description = description;
  }

  /** Runs everything as it is. */
  static Sandbox none() {
    return new Sandbox(Optional.empty(), false, Hidden.NOTHING, "off");
  }

  /**
   * Tries whether the machine allows it, and says so in the log. Blocking.
   *
   * @throws ConfigurationException if it is required and not possible
   */
  public static Sandbox open(Sandboxing mode, Hidden hidden, ProgramPath path) {
    if (mode == Sandboxing.OFF) {
      return none();
    }
    Optional<Path> program = path.find("bwrap");
    String refused =
        program
            .map(Sandbox::refused)
            .orElse("bwrap is not on the PATH; apt-get install bubblewrap");
    if (refused.isEmpty()) {
      LOG.info("steps of pipelines run in a sandbox: {}", program.get());
      return new Sandbox(program, mode == Sandboxing.REQUIRED, hidden, "bubblewrap");
    }
    if (mode == Sandboxing.REQUIRED) {
      throw new ConfigurationException(KEY + " is required, but " + refused);
    }
    LOG.info("steps of pipelines run without a sandbox ({} = auto): {}", KEY, refused);
    return new Sandbox(Optional.empty(), false, Hidden.NOTHING, "none: " + refused);
  }

  /** Why this machine does not allow it; empty if it does. */
  private static String refused(Path program) {
    List<String> trial = new ArrayList<>(walls(program));
    trial.addAll(List.of("--", "/bin/true"));
    try {
      Process process = new ProcessBuilder(trial).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readNBytes(1000));
      if (process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
        return "";
      }
      process.destroyForcibly();
      return "bwrap says: " + LastWords.clean(said.strip());
    } catch (IOException e) {
      return "bwrap does not start: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  /** In one word, or why there is none. */
  String description() {
    return description;
  }

  boolean isOn() {
    return bubblewrap.isPresent();
  }

  /**
   * True if the steps of this pipeline run in it. A command that a caller brings acts as the node's
   * user, who allowed that, unless the sandbox is required.
   */
  boolean isFor(Pipeline pipeline) {
    return isOn() && (required || !pipeline.takesCommand());
  }

  private static List<String> walls(Path program) {
    return List.of(
        program.toString(),
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-uts",
        "--cap-drop",
        "ALL",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--proc",
        "/proc");
  }

  /**
   * The words that stand before a command, of which the first is a program; none if it runs as it
   * is.
   *
   * @param program the command's own
   * @param work where it runs, below {@code scratch}
   * @param linked what scratch has links to, which it may read
   */
  List<String> within(Path program, Path scratch, Path work, Set<Path> linked) throws IOException {
    if (bubblewrap.isEmpty()) {
      return List.of();
    }
    List<String> words = new ArrayList<>(walls(bubblewrap.get()));
    for (Path file : hidden.files()) {
      if (Files.isRegularFile(file)) {
        words.addAll(List.of("--ro-bind", "/dev/null", file.toRealPath().toString()));
      }
    }
    Path real = program.toRealPath();
    if (!real.startsWith(TMP)) {
      Path own = Files.createDirectories(scratch.resolve("tmp"));
      words.addAll(List.of("--bind", own.toString(), TMP.toString()));
    }
    for (Path directory : SOCKETS) {
      hide(directory, real, words);
    }
    for (Path directory : hidden.directories()) {
      hide(directory, real, words);
    }
    for (Path path : new TreeSet<>(linked)) {
      words.addAll(List.of("--ro-bind", path.toString(), path.toString()));
    }
    words.addAll(List.of("--bind", scratch.toString(), scratch.toString()));
    words.addAll(List.of("--chdir", work.toString(), "--"));
    return words;
  }

  private static void hide(Path directory, Path program, List<String> words) throws IOException {
    if (directory.getNameCount() > 0
        && Files.isDirectory(directory)
        && !program.startsWith(directory.toRealPath())) {
      words.addAll(List.of("--tmpfs", directory.toRealPath().toString()));
    }
  }
}
