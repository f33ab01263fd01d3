package refinery.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.http.management.ManagementEndpoint;

/** What whoever reaches the ports can do by opening connections, on real sockets. */
class ConnectionAttacksTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int MOST = 30;
  private static final int MOST_PER_CLIENT = 20;
  private static TestNode node;
  private static URI management;

  private final List<Socket> sockets = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    node =
        new TestNode(
            """
            akka.actor.provider = cluster
            akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
            akka.cluster.jmx.multi-mbeans-in-same-jvm = on
            akka.management.http.port = 0
            refinery.http.connections {
              most = %d, most-per-client = %d, first-request = 1s, next-request = 2s
            }
            refinery.http.body-timeout = 300ms
            """
                .formatted(MOST, MOST_PER_CLIENT));
    var binding =
        ManagementEndpoint.start(node.system, node.config(), node.credentials(), Optional.empty())
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
    management = URI.create("http://127.0.0.1:" + binding.localAddress().getPort());
  }

  @AfterEach
  void closeAll() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  /** As many as fit beside those of the server, both being this process. */
  @Test
  void tenThousandIdleConnectionsDoNotLockTheApiAsShipped() throws Exception {
    long files =
        ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getMaxFileDescriptorCount();
    try (TestNode shipped = new TestNode("")) {
      for (int i = 0; i < Math.min(10_000, files / 2); i++) {
        open(shipped.uri("/"));
      }
      assertThat(status(shipped.uri("/api/v1/stats"))).isEqualTo(200);
    }
  }

  @Test
  void idleConnectionsDoNotKeepTheHealthChecksFromAnswering() throws Exception {
    for (int i = 0; i < 3 * MOST; i++) {
      open(management);
    }
    assertThat(status(management.resolve("/alive"))).isEqualTo(200);
  }

  @Test
  void idleConnectionsMakeRoomAndWhoIsBeingServedGoesOn() throws Exception {
    BufferedReader stream = streaming();
    for (int i = 0; i < MOST; i++) {
      open(node.uri("/"));
    }
    assertThat(status(node.uri("/api/v1/stats"))).isEqualTo(200);
    assertThat(FrontendExtension.get(node.system).meters().scrape())
        .doesNotContain("refinery_http_connections_closed_total{server=\"api\"} 0.0")
        .contains("refinery_http_connections_closed_total{server=\"api\"}");
    node.record(1_000 + System.nanoTime() % 1_000_000);
    assertThat(stream.lines().anyMatch(line -> line.startsWith("data:"))).isTrue();
  }

  @Test
  void whenNoneIsIdleTheNextIsRefusedAtOnceAndThereIsRoomAgainAfterwards() throws Exception {
    List<BufferedReader> streams = new ArrayList<>();
    for (int i = 0; i < MOST_PER_CLIENT; i++) {
      streams.add(streaming());
    }
    Socket refused = open(node.uri("/"));
    send(refused, "GET /api/v1/stats HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    String answer = new String(refused.getInputStream().readAllBytes(), US_ASCII);
    assertThat(answer)
        .startsWith("HTTP/1.1 503")
        .contains("Connection: close", "application/problem+json", "Retry-After", "too many");
    assertThat(streams).allSatisfy(stream -> assertThat(stream.readLine()).isNotNull());
    closeAll();
    await().atMost(SOON).until(() -> status(node.uri("/api/v1/stats")) == 200);
  }

  @Test
  void theHealthChecksAnswerWhenEveryConnectionOfTheManagementEndpointIsInUse() throws Exception {
    CompletableFuture<Void> later = new CompletableFuture<>();
    node.rows.statsAfter = later;
    try {
      for (int i = 1; i < MOST_PER_CLIENT; i++) {
        waitForMetrics();
      }
      await()
          .atMost(SOON)
          .until(
              () -> {
                waitForMetrics();
                return status(management.resolve("/cluster/members")) == 503;
              });
      assertThat(status(management.resolve("/alive"))).isEqualTo(200);
    } finally {
      later.complete(null);
    }
  }

  /** Its connection is closed for the next one if its request was not read before that comes. */
  private void waitForMetrics() throws IOException {
    send(open(management), "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  }

  @Test
  void aHeadThatComesByteByByteIsCutAtTheDeadline() throws Exception {
    for (URI address : List.of(node.uri("/"), management)) {
      long begun = System.nanoTime();
      Socket slow = open(address);
      send(slow, "GET /alive HTTP/1.1\r\nX-Slow: ");
      await().atMost(SOON).until(() -> !takes(slow));
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(900));
    }
  }

  @Test
  void anIdleConnectionIsKeptForTheNextRequestAndEndedAfterIts() throws Exception {
    Socket kept = open(node.uri("/"));
    for (int i = 0; i < 2; i++) {
      send(kept, "HEAD /api/v1/stats HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      assertThat(head(kept)).startsWith("HTTP/1.1 200");
    }
    assertThat(isEnded(kept)).isTrue();
  }

  /** A page that is open in a browser of this machine reaches neither of the servers. */
  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/jobs", "/", "/metrics", "/refinery/foreman", "/cluster/members"})
  void withoutTokensOtherNamesAndOtherPagesAreRefused(String path) throws Exception {
    URI address = path.equals("/") || path.startsWith("/api") ? node.uri("/") : management;
    String own = "Host: " + address.getAuthority() + "\r\n";
    assertThat(statusOf(address, path, own)).isEqualTo("200");
    assertThat(statusOf(address, path, "Host: localhost\r\n")).isEqualTo("200");
    assertThat(statusOf(address, path, "Host: evil.example\r\n")).isEqualTo("403");
    assertThat(statusOf(address, path, own + "Origin: https://evil.example\r\n")).isEqualTo("403");
    assertThat(statusOf(address, path, own + "Sec-Fetch-Site: cross-site\r\n")).isEqualTo("403");
  }

  private String statusOf(URI address, String path, String headers) throws IOException {
    Socket socket = open(address);
    send(socket, "GET " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
    return new String(socket.getInputStream().readNBytes(12), US_ASCII).substring(9);
  }

  @Test
  void aBodyThatNeverEndsIsAnswered408() throws Exception {
    Socket slow = open(node.uri("/"));
    send(
        slow,
        "POST /api/v1/surveys HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + "Content-Length: 1000\r\n\r\n{");
    assertThat(new String(slow.getInputStream().readNBytes(12), US_ASCII)).endsWith(" 408");
    assertThat(isEnded(slow)).as("what may still come is not taken for a request").isTrue();
  }

  /** Chunks do not say how many will come. */
  @Test
  void aGibibyteInChunksIsRefusedBeforeItIsSent() throws Exception {
    Socket large = open(node.uri("/"));
    send(
        large,
        "POST /api/v1/surveys HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n");
    byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(US_ASCII);
    long sent = 0;
    try {
      for (; sent < 1L << 30; sent += 0x10000) {
        large.getOutputStream().write(chunk);
      }
    } catch (IOException ended) {
      // the connection was ended, as it must be
    }
    assertThat(sent)
        .as("16 times the largest body, and what the sockets hold")
        .isLessThan(64L << 20);
  }

  private Socket open(URI address) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.setSoTimeout((int) SOON.toMillis());
    socket.connect(new InetSocketAddress("127.0.0.1", address.getPort()), (int) SOON.toMillis());
    return socket;
  }

  /** A reader of the event stream that has got its first bytes. */
  private BufferedReader streaming() throws IOException {
    Socket socket = open(node.uri("/"));
    send(socket, "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    assertThat(lines.readLine()).isEqualTo("HTTP/1.1 200 OK");
    return lines;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
  }

  /** Whether one more byte can be sent. */
  private static boolean takes(Socket socket) {
    try {
      send(socket, "x");
      return true;
    } catch (IOException closed) {
      return false;
    }
  }

  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as("the end after: %s", head).isNotNegative();
      head.append((char) next);
    }
    return head.toString();
  }

  /** Waits for the end of what the server sends. */
  private static boolean isEnded(Socket socket) throws IOException {
    try {
      InputStream rest = socket.getInputStream();
      while (rest.read() >= 0) {
        // what came before the end
      }
      return true;
    } catch (SocketException reset) {
      return true;
    }
  }

  private static int status(URI address) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(address).timeout(SOON).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
