package refinery.transfer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** An HTTP server on a raw socket, so that it can break every rule. One answer per connection. */
final class FaultServer implements AutoCloseable {
  private final ServerSocket socket;
  private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile LongSupplier taken = () -> 0;

  /**
   * @param taken grows when the other side takes bytes
   */
  record Request(String path, Map<String, String> headers, LongSupplier taken) {
    long from() {
      String range = headers.getOrDefault("range", "bytes=0-");
      return Long.parseLong(range.substring(6, range.length() - 1));
    }

    boolean hasRange() {
      return headers.containsKey("range");
    }
  }

  /** What happens on a connection after its request. */
  interface Answer {
    void write(Request request, Socket socket, OutputStream out)
        throws IOException, InterruptedException;
  }

  FaultServer() throws IOException {
    socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::listen);
  }

  String url(String path) {
    return "http://127.0.0.1:" + socket.getLocalPort() + path;
  }

  /** The answers in turn; the last one is repeated. */
  FaultServer on(String path, Answer... inTurn) {
    answers.put(path, new ArrayDeque<>(Arrays.asList(inTurn)));
    return this;
  }

  /**
   * @param taken grows when the other side takes bytes
   */
  void watch(LongSupplier taken) {
    this.taken = taken;
  }

  List<Request> requests() {
    return List.copyOf(requests);
  }

  List<Request> requests(String path) {
    return requests.stream().filter(request -> request.path().equals(path)).toList();
  }

  long openConnections() {
    return open.stream().filter(one -> !one.isClosed()).count();
  }

  private void listen() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        open.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
      String first = reader.readLine();
      if (first == null) {
        return;
      }
      Map<String, String> headers = new TreeMap<>();
      for (String line = reader.readLine();
          line != null && !line.isEmpty();
          line = reader.readLine()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      String path = first.split(" ", 3)[1];
      Request request = new Request(path, headers, taken);
      requests.add(request);
      next(path.split("\\?", 2)[0]).write(request, connection, connection.getOutputStream());
      connection.getOutputStream().flush();
    } catch (IOException gone) {
      open.remove(connection);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Answer next(String path) {
    Deque<Answer> known = answers.get(path);
    if (known == null) {
      return status(404);
    }
    synchronized (known) {
      return known.size() > 1 ? known.removeFirst() : known.getFirst();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      socket.close();
      for (Socket one : open) {
        one.close();
      }
    } catch (IOException unclosable) {
      throw new UncheckedIOException(unclosable);
    }
  }

  static void head(OutputStream out, int status, String... headers) throws IOException {
    StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " X\r\nConnection: close\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  static Answer status(int status, String... headers) {
    return (request, socket, out) -> {
      String[] all = Arrays.copyOf(headers, headers.length + 1);
      all[headers.length] = "Content-Length: 0";
      head(out, status, all);
    };
  }

  /** As a good server does, with ranges. */
  static Answer file(byte[] body, String... headers) {
    return (request, socket, out) -> {
      int from = (int) request.from();
      String[] all = Arrays.copyOf(headers, headers.length + 2);
      all[headers.length] = "Content-Length: " + (body.length - from);
      all[headers.length + 1] =
          "Content-Range: bytes " + from + "-" + (body.length - 1) + "/" + body.length;
      head(out, request.hasRange() ? 206 : 200, all);
      out.write(body, from, body.length - from);
    };
  }

  /**
   * Announces {@code announced} bytes, ignores ranges, and closes after {@code sent}; when they are
   * fewer, as {@link #cut} does.
   */
  static Answer announcing(byte[] body, long announced, int sent, String... headers) {
    return (request, socket, out) -> {
      String[] all = Arrays.copyOf(headers, headers.length + 1);
      all[headers.length] = "Content-Length: " + announced;
      head(out, 200, all);
      long before = request.taken().getAsLong();
      out.write(body, 0, sent);
      out.flush();
      if (sent < announced) {
        untilTaken(request, before, sent);
      }
    };
  }

  /** As {@link #cut}, but with a reset, which may also take bytes that are on their way. */
  static Answer reset(byte[] body, int sent, String... headers) {
    return (request, socket, out) -> {
      cut(body, sent, headers).write(request, socket, out);
      socket.setSoLinger(true, 0);
    };
  }

  /**
   * The first {@code sent} bytes of what is asked for, and when the other side has taken of them,
   * the end of the connection: the JDK's client drops what it has not yet handed on.
   */
  static Answer cut(byte[] body, int sent, String... headers) {
    return (request, socket, out) -> {
      int from = (int) request.from();
      String[] all = Arrays.copyOf(headers, headers.length + 2);
      all[headers.length] = "Content-Length: " + (body.length - from);
      all[headers.length + 1] =
          "Content-Range: bytes " + from + "-" + (body.length - 1) + "/" + body.length;
      head(out, request.hasRange() ? 206 : 200, all);
      long before = request.taken().getAsLong();
      out.write(body, from, sent);
      out.flush();
      untilTaken(request, before, sent);
    };
  }

  /** Gives up after a while: the other side need not want the bytes. */
  private static void untilTaken(Request request, long before, int sent)
      throws InterruptedException {
    pause(200);
    for (int more = 0; more < 90 && sent > 0 && request.taken().getAsLong() == before; more++) {
      pause(20);
    }
  }

  /** The first bytes, then silence until the other side or the test ends. */
  Answer stall(byte[] body, int sent) {
    return (request, socket, out) -> {
      head(out, 200, "Content-Length: " + body.length);
      out.write(body, 0, sent);
      out.flush();
      closing.await();
    };
  }

  /** Not even a header. */
  Answer silence() {
    return (request, socket, out) -> closing.await();
  }

  static void pause(long milliseconds) throws InterruptedException {
    boolean never = new CountDownLatch(1).await(milliseconds, TimeUnit.MILLISECONDS);
    if (never) {
      throw new IllegalStateException("nobody counts down");
    }
  }
}
