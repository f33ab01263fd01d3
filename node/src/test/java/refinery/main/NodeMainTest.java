package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that cannot start says why in one line. */
class NodeMainTest {
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"--http", "--management", "--artery"})
  void aTakenPortIsOneLineThatNamesTheOptionBeforeAnythingIsStarted(String option)
      throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HostPort taken = new HostPort("127.0.0.1", socket.getLocalPort());
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code =
          NodeMain.run(
              options(
                  option.equals("--http") ? taken : ANY,
                  option.equals("--management") ? taken : ANY,
                  option.equals("--artery") ? taken : ANY,
                  Optional.empty()),
              true,
              new PrintStream(new ByteArrayOutputStream()),
              new PrintStream(err));
      assertThat(err.toString().lines())
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .startsWith("refinery: " + option + ": ")
                      .contains(taken.toString(), "Address already in use"));
      assertThat(code).isEqualTo(2);
      assertThat(temp.resolve("postgres")).doesNotExist();
    }
  }

  @Test
  void aPasswordInTheDatabasesAddressIsWarnedOfAndNeverRepeated() throws Exception {
    try (ServerSocket none = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = none.getLocalPort();
      none.close();
      String url = "jdbc:postgresql://127.0.0.1:" + port + "/refinery?user=me&password=s3cret";
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      int code =
          NodeMain.run(
              options(ANY, ANY, ANY, Optional.of(url)),
              true,
              new PrintStream(out),
              new PrintStream(out));
      assertThat(code).isEqualTo(2);
      assertThat(out.toString())
          .contains("warning", "--db", "REFINERY_DB_PASSWORD")
          .doesNotContain("s3cret");
    }
  }

  /** SIGTERM does so, and halts the JVM then. */
  @Test
  void whoStopsANodeThatStartsReturnsWhenItsDatabaseHasEnded() throws Exception {
    try (NodeDirectory directory = NodeDirectory.open(temp)) {
      NodeLives lives =
          new NodeLives(
              options(ANY, ANY, ANY, Optional.empty()),
              directory,
              new PrintStream(new ByteArrayOutputStream()));
      FutureTask<Node> starting = new FutureTask<>(lives::begin);
      Thread.ofPlatform().start(starting);
      Path file = temp.resolve("postgres/data/postmaster.pid");
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> processOf(file).isPresent());
      ProcessHandle server = processOf(file).orElseThrow();
      lives.close();
      assertThat(server.isAlive()).isFalse();
      assertThatThrownBy(starting::get).isInstanceOf(ExecutionException.class);
    }
  }

  private static Optional<ProcessHandle> processOf(Path file) throws IOException {
    return Files.exists(file)
        ? Files.readAllLines(file).stream()
            .findFirst()
            .map(Long::valueOf)
            .flatMap(ProcessHandle::of)
        : Optional.empty();
  }

  private NodeOptions options(
      HostPort http, HostPort management, HostPort artery, Optional<String> db) {
    NodeOptions shipped = NodeOptions.defaults();
    return new NodeOptions(
        temp,
        http,
        management,
        artery,
        List.of(),
        Set.of(),
        shipped.cpus(),
        shipped.memory(),
        shipped.disk(),
        db,
        Map.of(),
        Optional.empty());
  }
}
