package refinery.testing;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A real HTTP server that takes notifications on a free loopback port, and answers as it is told.
 */
public final class Receiver implements AutoCloseable {
  /** Instead of a status: the answer never comes. */
  public static final int NEVER = 0;

  /** What came, and the status that it got. */
  public record Received(String delivery, String body, Headers headers, int status) {}

  private final HttpServer server;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Function<String, Integer> status = body -> 204;

  public Receiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      int answer = status.apply(body);
      Headers headers = exchange.getRequestHeaders();
      received.add(
          new Received(
              String.valueOf(headers.getFirst("X-Refinery-Delivery")), body, headers, answer));
      if (answer == NEVER) {
        closed.await();
      } else {
        exchange.getResponseHeaders().set("Location", "/elsewhere");
        exchange.sendResponseHeaders(answer, -1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/s3cret-path";
  }

  /** From now on, by the body. */
  public void answers(Function<String, Integer> by) {
    status = by;
  }

  public List<Received> received() {
    return List.copyOf(received);
  }

  /** Delivery ids of what was answered with 2xx, in the order of arrival. */
  public List<String> taken() {
    return received.stream()
        .filter(one -> one.status() / 100 == 2)
        .map(Received::delivery)
        .toList();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
  }
}
