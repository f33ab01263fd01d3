package refinery.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a PostgreSQL server that runs although no node wants it any more: one that outlived its
 * node, or one that takes long to stop. Must be called under the directory's lock; then no living
 * node owns a server on that data directory.
 */
final class OrphanedServer {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanedServer.class);

  /** Seconds for the checkpoint that a server writes when it stops. */
  private static final int LONGEST_STOP = 30;

  private OrphanedServer() {}

  /** Stops the server of a node that was killed, if there is one. */
  static void stop(Path data) throws IOException {
    Path pidFile = pidFile(data);
    if (!Files.exists(pidFile)) {
      return;
    }
    Optional<ProcessHandle> orphan = serverOf(data);
    if (orphan.isPresent()) {
      LOG.warn("Stopping PostgreSQL {}, which outlived its node", orphan.get().pid());
      // SIGINT ends the sessions and writes a checkpoint. SIGQUIT ends at once; the next start
      // recovers.
      if (!ends(orphan.get(), "INT", LONGEST_STOP) && !ends(orphan.get(), "QUIT", 10)) {
        throw new DatabaseException(
            "PostgreSQL process " + orphan.get().pid() + " holds " + data + " and does not stop");
      }
    }
    // The process id may belong to another program by now, and PostgreSQL would refuse to start.
    Files.deleteIfExists(pidFile);
  }

  /**
   * Waits for the end of a server that was told to stop: its last checkpoint may take longer than
   * those wait who told it. At once when it has ended.
   *
   * @param server as {@link #serverOf} named it before: a server that ends removes its own file
   *     first
   */
  static void awaitEnd(ProcessHandle server) throws IOException {
    if (!ended(server, LONGEST_STOP) && !ends(server, "QUIT", 10)) {
      throw new IOException("process " + server.pid() + " does not end");
    }
  }

  private static Path pidFile(Path data) {
    return data.resolve("postmaster.pid");
  }

  /** The server that runs on these data, as its own file there says. */
  static Optional<ProcessHandle> serverOf(Path data) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(pidFile(data));
    } catch (NoSuchFileException ended) {
      return Optional.empty();
    }
    boolean ours = lines.size() > 1 && Path.of(lines.get(1).strip()).equals(data);
    if (!ours || !lines.get(0).strip().matches("\\d{1,18}")) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
        .filter(ProcessHandle::isAlive)
        .filter(
            process ->
                process.info().command().map(Path::of).map(Path::getFileName).stream()
                    .anyMatch(name -> name.toString().startsWith("postgres")));
  }

  private static boolean ends(ProcessHandle server, String signal, int seconds) throws IOException {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(server.pid()))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      return ended(server, seconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while stopping PostgreSQL " + server.pid(), e);
    }
  }

  private static boolean ended(ProcessHandle server, int seconds) throws IOException {
    try {
      server.onExit().get(seconds, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while stopping PostgreSQL " + server.pid(), e);
    }
  }
}
