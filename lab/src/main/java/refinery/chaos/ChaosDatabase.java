package refinery.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import refinery.client.Terminal;
import refinery.database.DatabaseAddress;
import refinery.database.EmbeddedPostgres;

/** The cluster's PostgreSQL, a server in a process of its own that can be crashed. */
final class ChaosDatabase implements AutoCloseable {
  private final Path home;
  private volatile EmbeddedPostgres server;
  private volatile int port;

  ChaosDatabase(Path home) {
    this.home = home;
    start();
  }

  private void start() {
    server = EmbeddedPostgres.start(home);
    String url = server.address().url();
    String authority = url.substring(url.indexOf("//") + 2);
    port =
        Integer.parseInt(authority.substring(authority.indexOf(':') + 1, authority.indexOf('/')));
  }

  int port() {
    return port;
  }

  String user() {
    return server.address().user();
  }

  String password() {
    return server.address().password();
  }

  Connection connect() throws SQLException {
    DatabaseAddress address = server.address();
    return DriverManager.getConnection(
        address.url() + "&connectTimeout=5&socketTimeout=60", address.user(), address.password());
  }

  /**
   * Stops the server immediately, without a checkpoint and with all connections cut, and starts it
   * again. It then recovers from its log.
   *
   * @param down how long it is away
   */
  void crash(Duration down) throws IOException, InterruptedException {
    long pid =
        Long.parseLong(
            Files.readAllLines(home.resolve("postgres/data/postmaster.pid")).getFirst().strip());
    new ProcessBuilder("kill", "-QUIT", Long.toString(pid)).start().waitFor();
    ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
    Terminal.pause(down);
    server.close();
    start();
  }

  @Override
  public void close() {
    server.close();
  }
}
