package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.readiness.WritableDisk;

/** {@code /ready} of one real node tells the truth from its first answer on, and says why not. */
class ReadinessTest {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  @TempDir private static Path temp;
  private static Node node;
  private static URI ready;

  /** What the API answered to the first request after the first ready. */
  private static int firstAnswer;

  @BeforeAll
  static void startWhileAskingWhetherItIsReady() throws Exception {
    int api = freePort();
    int management = freePort();
    ready = URI.create("http://127.0.0.1:" + management + "/ready");
    CompletableFuture<Node> started = CompletableFuture.supplyAsync(() -> start(api, management));
    while (true) {
      Optional<HttpResponse<String>> answer = ask();
      if (answer.isPresent() && answer.get().statusCode() == 200) {
        firstAnswer =
            send(URI.create("http://127.0.0.1:" + api + "/api/v1/jobs"))
                .map(HttpResponse::statusCode)
                .orElse(0);
        break;
      }
      assertThat(started).isNotCompletedExceptionally();
    }
    node = started.get(60, TimeUnit.SECONDS);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Node start(int api, int management) {
    NodeOptions shipped = NodeOptions.defaults();
    try {
      return Node.start(
          new NodeOptions(
              temp.resolve("node"),
              new HostPort("127.0.0.1", api),
              new HostPort("127.0.0.1", management),
              new HostPort("127.0.0.1", 0),
              List.of(),
              Set.of(),
              shipped.cpus(),
              shipped.memory(),
              shipped.disk(),
              Optional.empty(),
              Map.of(),
              Optional.empty()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<HttpResponse<String>> ask() throws Exception {
    return send(ready);
  }

  /** Empty when nobody listens. */
  private static Optional<HttpResponse<String>> send(URI uri) throws Exception {
    try {
      return Optional.of(
          HTTP.send(
              HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
              HttpResponse.BodyHandlers.ofString()));
    } catch (ConnectException refused) {
      return Optional.empty();
    }
  }

  @Test
  void theApiServesWhenTheNodeSaysThatItIsReady() {
    assertThat(firstAnswer).isEqualTo(200);
  }

  @Test
  void aFullDiskIsSaid() throws Exception {
    Path file = temp.resolve("node").resolve(WritableDisk.FILE);
    Files.delete(file);
    Files.createSymbolicLink(file, Path.of("/dev/full"));
    awaitNotReady("the disk of " + temp.resolve("node"), "No space left on device");
    Files.delete(file);
    awaitReady();
  }

  @Test
  void aDatabaseThatHangsIsSaidInTime() throws Exception {
    List<String> servers = postgres();
    signal("STOP", servers);
    try {
      awaitNotReady("the database does not answer in 1500 ms");
    } finally {
      signal("CONT", servers);
    }
    awaitReady();
  }

  private static void awaitNotReady(String... words) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              HttpResponse<String> answer = ask().orElseThrow();
              assertThat(answer.body()).contains(words);
              assertThat(answer.statusCode()).isEqualTo(500);
            });
  }

  private static void awaitReady() {
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> ask().filter(answer -> answer.statusCode() == 200).isPresent());
  }

  /** The server and the processes it has started. */
  private static List<String> postgres() throws IOException {
    Path pid = temp.resolve("node/postgres/data/postmaster.pid");
    ProcessHandle server =
        ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).getFirst().strip())).orElseThrow();
    return java.util.stream.Stream.concat(server.descendants(), java.util.stream.Stream.of(server))
        .map(process -> Long.toString(process.pid()))
        .toList();
  }

  private static void signal(String name, List<String> processes) throws Exception {
    List<String> kill = new java.util.ArrayList<>(List.of("kill", "-" + name));
    kill.addAll(processes);
    new ProcessBuilder(kill).redirectErrorStream(true).start().waitFor();
  }
}
