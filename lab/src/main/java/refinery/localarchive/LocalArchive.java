package refinery.localarchive;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.Json;

/**
 * A loopback HTTP/1.1 server that answers in the way of ENA, NCBI and Ensembl from a directory
 * tree, and misbehaves on demand. It handles its sockets itself, on virtual threads, so that it can
 * reset connections and state wrong lengths. Connections, headers, bodies and remembered requests
 * are bounded. Thread-safe.
 */
public final class LocalArchive implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalArchive.class);
  private static final int MOST_CONNECTIONS = 256;
  private static final int REMEMBERED = 10_000;
  private static final int IDLE_MILLIS = 60_000;
  private static final Duration FREE = Duration.ofSeconds(10);

  private final ServerSocket server;
  private final Routes routes;
  private final Faults faults = new Faults();
  private final Deque<Seen> seen = new ArrayDeque<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Semaphore slots = new Semaphore(MOST_CONNECTIONS);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread listener;

  private LocalArchive(ServerSocket server, Path tree) throws IOException {
    this.server = server;
    this.routes = new Routes(new FileTree(tree), url());
    this.listener = Thread.ofVirtual().name("local-archive").unstarted(this::accept);
  }

  /** A request as it was received. */
  public record Seen(String method, String target, Optional<String> range) {}

  /**
   * Serves {@code tree} on 127.0.0.1.
   *
   * @param port 0: a free one
   */
  public static LocalArchive start(Path tree, int port) throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 128);
      LocalArchive archive = new LocalArchive(server, tree);
      archive.listener.start();
      return archive;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  public String url() {
    return "http://127.0.0.1:" + port();
  }

  /** The settings that make a node use this archive instead of the public ones. */
  public Map<String, String> configuration() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("refinery.archives.ena.portal", url() + "/ena/portal/api");
    settings.put("refinery.archives.ena.files", url());
    settings.put("refinery.archives.ncbi.sra", url() + "/sra");
    settings.put("refinery.archives.ncbi.eutils", url() + "/entrez/eutils");
    settings.put("refinery.archives.ensembl.rest", url());
    settings.put("refinery.archives.ensembl.files", url() + "/pub");
    settings.put("refinery.archives.ensemblgenomes.files", url() + "/pub");
    settings.put("refinery.archives.refseq.genomes", url() + "/genomes/all");
    settings.put("refinery.archives.geo.query", url() + "/geo/query/acc.cgi");
    settings.put("refinery.archives.biostudies.files", url() + "/biostudies/files");
    settings.put("refinery.archives.matrix.projects", url() + "/assets");
    return settings;
  }

  public void fault(Fault fault) {
    faults.add(fault);
  }

  public void clearFaults() {
    faults.clear();
  }

  /** The last 10,000 requests, the oldest first, without those to the control interface. */
  public List<Seen> requests() {
    synchronized (seen) {
      return List.copyOf(seen);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    shut(server);
    open.forEach(LocalArchive::shut);
    awaitListener();
  }

  /** The address is free for another when the listener is gone, which a close does not wait for. */
  private void awaitListener() {
    try {
      if (Thread.currentThread() != listener) {
        listener.join(FREE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        slots.acquire();
        Socket socket = accepted();
        Thread.ofVirtual().name("local-archive-connection").start(() -> serve(socket));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        close();
      } catch (IOException e) {
        slots.release();
        if (!server.isClosed()) {
          LOG.warn("local archive cannot accept a connection: {}", e.getMessage());
        }
      }
    }
  }

  private Socket accepted() throws IOException {
    Socket socket = server.accept();
    open.add(socket);
    if (server.isClosed()) {
      shut(socket);
    }
    return socket;
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setSoTimeout(IDLE_MILLIS);
      socket.setTcpNoDelay(true);
      BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
      BufferedOutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
      ReplyWriter writer = new ReplyWriter(out, closed);
      ReplyWriter.Next next = ReplyWriter.Next.KEEP;
      while (next == ReplyWriter.Next.KEEP) {
        next = once(in, writer);
      }
      if (next == ReplyWriter.Next.RESET) {
        socket.setSoLinger(true, 0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.debug("connection to the local archive ended: {}", e.getMessage());
    } finally {
      open.remove(socket);
      slots.release();
    }
  }

  private ReplyWriter.Next once(BufferedInputStream in, ReplyWriter writer)
      throws IOException, InterruptedException {
    Optional<Request> read;
    try {
      read = Request.read(in);
    } catch (Request.BadRequest e) {
      Request nobody = new Request("GET", "/", "HTTP/1.0", Map.of(), new byte[0]);
      return writer.write(nobody, Reply.of(400, Reply.TEXT, e.getMessage()), Optional.empty());
    }
    if (read.isEmpty()) {
      return ReplyWriter.Next.CLOSE;
    }
    Request request = read.get();
    if (request.path().startsWith("/__")) {
      return writer.write(request, control(request), Optional.empty());
    }
    remember(request);
    Optional<Fault> fault = faults.next(request.target());
    boolean wrongSums = fault.filter(some -> some.is(Fault.Mode.BADMD5)).isPresent();
    return writer.write(request, answer(request, wrongSums), fault);
  }

  private Reply answer(Request request, boolean wrongSums) {
    try {
      return routes.answer(request, wrongSums);
    } catch (IOException | RuntimeException e) {
      LOG.warn("local archive cannot answer {}", request.target(), e);
      return Reply.json(500, Map.of("error", "internal error of the local archive"));
    }
  }

  private void remember(Request request) {
    synchronized (seen) {
      if (seen.size() == REMEMBERED) {
        seen.removeFirst();
      }
      seen.addLast(new Seen(request.method(), request.target(), request.header("range")));
    }
  }

  private Reply control(Request request) {
    return switch (request.method() + " " + request.path()) {
      case "GET /__log" -> Reply.json(200, log());
      case "DELETE /__fault" -> {
        faults.clear();
        yield Reply.json(200, Map.of());
      }
      case "POST /__fault" -> addFault(request);
      default -> Reply.json(404, Map.of("error", "POST or DELETE /__fault, or GET /__log"));
    };
  }

  private List<List<String>> log() {
    List<List<String>> log = new ArrayList<>();
    for (Seen request : requests()) {
      log.add(List.of(request.method(), request.target(), request.range().orElse("")));
    }
    return log;
  }

  private Reply addFault(Request request) {
    try {
      JsonNode body = Json.MAPPER.readTree(request.body());
      String word = body.path("mode").asText();
      Optional<Fault.Mode> mode = Fault.Mode.named(word);
      if (mode.isEmpty()) {
        return Reply.json(400, Map.of("error", "mode is one of " + Fault.Mode.words()));
      }
      Pattern match = Pattern.compile(body.path("match").asText(""));
      Fault fault = new Fault(match, mode.get(), body.path("times").asInt(1), argument(body));
      fault.check();
      faults.add(fault);
      return Reply.json(200, Map.of());
    } catch (IOException e) {
      return Reply.json(400, Map.of("error", "not JSON"));
    } catch (PatternSyntaxException e) {
      return Reply.json(400, Map.of("error", "match is not a regular expression"));
    } catch (IllegalArgumentException | IllegalStateException e) {
      return Reply.json(400, Map.of("error", e.getMessage()));
    }
  }

  private static String argument(JsonNode body) {
    JsonNode argument = body.path("arg");
    return argument.isMissingNode() || argument.isNull() ? "" : argument.asText();
  }

  private static void shut(AutoCloseable socket) {
    try {
      socket.close();
    } catch (SocketException e) {
      LOG.debug("already closed: {}", e.getMessage());
    } catch (Exception e) {
      LOG.warn("local archive cannot close a socket: {}", e.getMessage());
    }
  }
}
