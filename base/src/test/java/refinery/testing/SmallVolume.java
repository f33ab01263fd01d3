package refinery.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * A file system in memory that is soon full, mounted for one test. Mounting needs root: without it
 * the test is skipped and says so, or fails where {@code CI=true}.
 */
public final class SmallVolume implements AutoCloseable {
  private final Path path;

  private SmallVolume(Path path) {
    this.path = path;
  }

  /**
   * @param size as mount takes it: {@code 4m}
   */
  public static SmallVolume mount(String size) throws IOException {
    Path path = Files.createTempDirectory("refinery-volume");
    String refused = run("mount", "-t", "tmpfs", "-o", "size=" + size, "none", path.toString());
    if (!refused.isEmpty()) {
      Files.delete(path);
      String reason = "needs a volume that is soon full, and cannot mount one: " + refused;
      if ("true".equalsIgnoreCase(System.getenv("CI"))) {
        throw new AssertionError(reason + " (run the build as root)");
      }
      System.err.println("SKIPPED: " + reason);
      Assumptions.abort(reason);
    }
    return new SmallVolume(path);
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    String refused = run("umount", "-l", path.toString());
    if (!refused.isEmpty()) {
      throw new IOException(refused);
    }
    Files.delete(path);
  }

  /** What it said when it failed; empty when it went well. */
  private static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    try {
      return process.waitFor() == 0 ? "" : String.join(" ", command) + ": " + said.strip();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
