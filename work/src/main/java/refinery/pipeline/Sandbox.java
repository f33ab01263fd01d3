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
 * directory, the scratch of other attempts and the home of the node's user. Thread-safe.
 */
public final class Sandbox {
  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);
  private static final String KEY = "refinery.agent.sandbox";
  private static final long PROBE_SECONDS = 20;
  private static final Path TMP = Path.of("/tmp");

  private final Optional<Path> bubblewrap;
  private final boolean required;
  private final List<Path> hidden;
  private final String description;

  private Sandbox(
      Optional<Path> bubblewrap, boolean required, List<Path> hidden, String description) {
    this.bubblewrap = bubblewrap;
    this.required = required;
    this.hidden = List.copyOf(hidden);
    this.description = description;
  }

  /** Runs everything as it is. */
  static Sandbox none() {
    return new Sandbox(Optional.empty(), false, List.of(), "off");
  }

  /**
   * Tries whether the machine allows it, and says so in the log. Blocking.
   *
   * @param hidden directories of which a tool sees nothing but what its step is given
   * @throws ConfigurationException if it is required and not possible
   */
  public static Sandbox open(Sandboxing mode, List<Path> hidden, ProgramPath path) {
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
    return new Sandbox(Optional.empty(), false, List.of(), "none: " + refused);
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
    Path real = program.toRealPath();
    if (!real.startsWith(TMP)) {
      Path own = Files.createDirectories(scratch.resolve("tmp"));
      words.addAll(List.of("--bind", own.toString(), TMP.toString()));
    }
    for (Path directory : hidden) {
      if (directory.getNameCount() > 0
          && Files.isDirectory(directory)
          && !real.startsWith(directory.toRealPath())) {
        words.addAll(List.of("--tmpfs", directory.toString()));
      }
    }
    for (Path path : new TreeSet<>(linked)) {
      words.addAll(List.of("--ro-bind", path.toString(), path.toString()));
    }
    words.addAll(List.of("--bind", scratch.toString(), scratch.toString()));
    words.addAll(List.of("--chdir", work.toString(), "--"));
    return words;
  }
}
