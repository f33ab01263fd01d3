package refinery.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;

/**
 * Passes HTTP requests on to a server, one a connection, and spoils those that it was told to.
 * Knows nothing of what it carries but the request line.
 */
public final class FaultyLink implements AutoCloseable {
  private final ServerSocket listening;
  private final int upstream;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final LinkedBlockingQueue<Fault> faults = new LinkedBlockingQueue<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** What happens to the next request whose first line matches. */
  private record Fault(Predicate<String> matches, Kind kind) {}

  private sealed interface Kind {
    /** The server never hears of it. */
    record Answer(int status) implements Kind {}

    /** The answer ends after so many bytes. */
    record Cut(long bytes) implements Kind {}

    /** One bit of the answer is another, so many bytes before its end. */
    record Flip(long bytes) implements Kind {}

    /** The server has done it, but its answer is lost. */
    record Lose() implements Kind {}
  }

  public FaultyLink(int upstream) throws IOException {
    this.upstream = upstream;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.submit(this::accept);
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  public void answer(String start, String part, int status, int times) {
    for (int i = 0; i < times; i++) {
      faults.add(new Fault(matching(start, part), new Kind.Answer(status)));
    }
  }

  public void cut(String start, String part, long bytes) {
    faults.add(new Fault(matching(start, part), new Kind.Cut(bytes)));
  }

  public void flip(String start, String part, long bytes) {
    faults.add(new Fault(matching(start, part), new Kind.Flip(bytes)));
  }

  public void lose(String start, String part) {
    faults.add(new Fault(matching(start, part), new Kind.Lose()));
  }

  /** Faults that have not happened. */
  public int left() {
    return faults.size();
  }

  /** The first lines of all requests so far. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  private static Predicate<String> matching(String start, String part) {
    return line -> line.startsWith(start) && line.contains(part);
  }

  private Void accept() throws IOException {
    while (!listening.isClosed()) {
      Socket client = listening.accept();
      threads.submit(
          () -> {
            try (client) {
              serve(client);
            }
            return null;
          });
    }
    return null;
  }

  private synchronized Kind next(String line) {
    requests.add(line);
    for (Fault fault : faults) {
      if (fault.matches().test(line)) {
        faults.remove(fault);
        return fault.kind();
      }
    }
    return new Kind.Cut(Long.MAX_VALUE);
  }

  private void serve(Socket client) throws IOException {
    String head = head(client.getInputStream());
    Kind kind = next(head.lines().findFirst().orElse(""));
    if (kind instanceof Kind.Answer(int status)) {
      client
          .getOutputStream()
          .write(
              ("HTTP/1.1 " + status + " Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return;
    }
    try (Socket server = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
      String alone = head.replaceAll("(?im)^connection:.*\r\n", "").replace("\r\n\r\n", "\r\n");
      server
          .getOutputStream()
          .write((alone + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      threads.submit(() -> client.getInputStream().transferTo(server.getOutputStream()));
      answer(server.getInputStream(), client.getOutputStream(), kind);
    }
  }

  private static void answer(InputStream from, OutputStream to, Kind kind) throws IOException {
    switch (kind) {
      case Kind.Answer answer -> throw new IllegalStateException("already given: " + answer);
      case Kind.Lose() -> from.transferTo(OutputStream.nullOutputStream());
      case Kind.Cut(long bytes) -> {
        byte[] buffer = new byte[8192];
        long left = bytes;
        for (int n = from.read(buffer); n >= 0 && left > 0; n = from.read(buffer)) {
          int kept = (int) Math.min(n, left);
          to.write(buffer, 0, kept);
          left -= kept;
        }
      }
      case Kind.Flip(long bytes) -> {
        byte[] all = from.readAllBytes();
        all[(int) (all.length - bytes)] ^= 1;
        to.write(all);
      }
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int seen = 0;
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      seen = b == '\r' || b == '\n' ? seen + 1 : 0;
      if (seen == 4) {
        break;
      }
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    listening.close();
    threads.shutdownNow();
  }
}
