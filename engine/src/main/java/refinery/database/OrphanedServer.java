package refinery.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a PostgreSQL server that kept running when its node was killed. Must be called under the
 * directory's lock; then no living node owns a server on that data directory.
 */
final class OrphanedServer {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanedServer.class);

  private OrphanedServer() {}

  static void stop(Path data) throws IOException {
    Path pidFile = data.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    Optional<ProcessHandle> orphan = serverOf(data, pidFile);
    if (orphan.isPresent()) {
      LOG.warn("Stopping PostgreSQL {}, which outlived its node", orphan.get().pid());
      // SIGINT ends the sessions and writes a checkpoint. SIGQUIT ends at once; the next start
      // recovers.
      if (!ends(orphan.get(), "INT", 30) && !ends(orphan.get(), "QUIT", 10)) {
        throw new DatabaseException(
            "PostgreSQL process " + orphan.get().pid() + " holds " + data + " and does not stop");
      }
    }
    // The process id may belong to another program by now, and PostgreSQL would refuse to start.
    Files.deleteIfExists(pidFile);
  }

  private static Optional<ProcessHandle> serverOf(Path data, Path pidFile) throws IOException {
    List<String> lines = Files.readAllLines(pidFile);
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
