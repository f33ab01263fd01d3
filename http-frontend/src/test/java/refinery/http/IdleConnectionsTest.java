package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.http.management.ManagementEndpoint;

class IdleConnectionsTest {
  private static final int MANY = 1_100;
  private static final Duration SOON = Duration.ofSeconds(3);
  private static TestNode node;
  private static URI management;

  @BeforeAll
  static void start() throws Exception {
    node =
        new TestNode(
            """
            akka.actor.provider = cluster
            akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
            akka.cluster.jmx.multi-mbeans-in-same-jvm = on
            akka.management.http.port = 0
            """);
    var binding =
        ManagementEndpoint.start(node.system, node.config())
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    management = URI.create("http://127.0.0.1:" + binding.localAddress().getPort());
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @Test
  void manyIdleConnectionsLockNeitherTheApiNorTheHealthChecks() throws Exception {
    for (URI address : List.of(node.uri("/api/v1/stats"), management.resolve("/alive"))) {
      try (Sockets idle = new Sockets(address)) {
        idle.open(MANY);
        try (HttpClient client = HttpClient.newHttpClient()) {
          assertThat(
                  client
                      .send(
                          HttpRequest.newBuilder(address).timeout(SOON).build(),
                          HttpResponse.BodyHandlers.ofString())
                      .statusCode())
              .isEqualTo(200);
        }
      }
    }
  }

  /** Plain connections to one address, closed together. */
  private record Sockets(InetSocketAddress address, List<Socket> open) implements AutoCloseable {
    Sockets(URI uri) {
      this(new InetSocketAddress("127.0.0.1", uri.getPort()), new ArrayList<>());
    }

    void open(int count) throws Exception {
      for (int i = 0; i < count; i++) {
        Socket socket = new Socket();
        open.add(socket);
        socket.connect(address, (int) SOON.toMillis());
      }
    }

    @Override
    public void close() throws Exception {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }
}
