package refinery.web;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An answer that stops halfway ends with the request's timeout. */
class BoundedCallTest {
  @Test
  void aBodyThatStopsIsNotWaitedForForEver() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        HttpClient http = HttpClient.newHttpClient()) {
      Thread serving = Thread.ofVirtual().start(() -> answerHalf(server));
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getLocalPort())).build();
      assertThatThrownBy(
              () ->
                  BoundedCall.send(
                      http, request, Duration.ofSeconds(1), HttpResponse.BodyHandlers.ofString()))
          .isInstanceOf(HttpTimeoutException.class)
          .hasMessageContaining("no complete answer in 1.0 s");
      serving.join();
    }
  }

  /** Half of a body, then nothing until the client is gone. */
  private static void answerHalf(ServerSocket server) {
    try (Socket client = server.accept()) {
      client
          .getOutputStream()
          .write(
              "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".getBytes(StandardCharsets.UTF_8));
      client.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    } catch (java.io.IOException gone) {
      Thread.currentThread().interrupt();
    }
  }
}
