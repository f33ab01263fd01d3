package refinery.archive;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A real HTTP server on a free loopback port: answers by path, with answers that are given once
 * queued in front. Unknown paths are 404.
 */
public final class ScriptedServer implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, Function<String, Answer>> always = new LinkedHashMap<>();
  private final Map<String, Deque<Answer>> once = new LinkedHashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

  /** An answer; {@code lengthDelta} states a wrong length, {@code pauseMillis} stops mid-body. */
  public record Answer(int status, byte[] body, Map<String, String> headers, int lengthDelta) {
    public static Answer of(int status, String body) {
      return new Answer(status, body.getBytes(StandardCharsets.UTF_8), Map.of(), 0);
    }

    public static Answer ok(String body) {
      return of(200, body);
    }

    public Answer with(String name, String value) {
      return new Answer(status, body, Map.of(name, value), lengthDelta);
    }

    public Answer withLengthDelta(int delta) {
      return new Answer(status, body, headers, delta);
    }
  }

  public ScriptedServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Method, path and query of every request so far. */
  public List<String> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  public synchronized void always(String path, Answer answer) {
    always.put(path, query -> answer);
  }

  public synchronized void always(String path, Function<String, Answer> answer) {
    always.put(path, answer);
  }

  public synchronized void once(String path, Answer... answers) {
    once.computeIfAbsent(path, p -> new ArrayDeque<>()).addAll(List.of(answers));
  }

  public static String resource(String name) {
    try (InputStream in = ScriptedServer.class.getResourceAsStream("/fixtures/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized Answer answer(String path, String query) {
    Deque<Answer> queued = once.getOrDefault(path, new ArrayDeque<>());
    if (!queued.isEmpty()) {
      return queued.removeFirst();
    }
    Function<String, Answer> standing = always.get(path);
    return standing == null ? Answer.of(404, "<html>404 Not Found</html>") : standing.apply(query);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
      String query = exchange.getRequestURI().getQuery();
      Answer answer = answer(path, query == null ? "" : query);
      Headers headers = exchange.getResponseHeaders();
      answer.headers().forEach(headers::set);
      if (exchange.getRequestMethod().equals("HEAD")) {
        headers.set("Content-Length", Integer.toString(answer.body().length));
        exchange.sendResponseHeaders(answer.status(), -1);
        return;
      }
      long length = answer.body().length + answer.lengthDelta();
      exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
      exchange.getResponseBody().write(answer.body());
      exchange.getResponseBody().flush();
    }
  }
}
