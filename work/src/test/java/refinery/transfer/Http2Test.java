package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.Node.fixture;
import static refinery.transfer.Node.md5;
import static refinery.transfer.Node.reads;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.transfer.Damage.Place;

/** Downloads over HTTP/2 from a real server with TLS, whole and in parts, with its own faults. */
class Http2Test {
  private static final byte[] ONE = fixture("malformed/good_1.fastq.gz");
  private static final int PART = 4096;
  private static final String WORD = "secret";

  /**
   * @param resetAt bytes before the first answer's stream is reset; negative: never
   */
  private record Served(byte[] bytes, int resetAt, AtomicInteger asked) {
    boolean breaksNow() {
      return asked.getAndIncrement() == 0 && resetAt >= 0;
    }
  }

  @TempDir Path directory;
  private final Map<String, Served> files = new ConcurrentHashMap<>();
  private final Set<String> versions = ConcurrentHashMap.newKeySet();
  private final Server server = new Server();
  private SSLContext before;
  private int port;

  /** Sends a file or a part of it, or its beginning and a reset of the stream. */
  private final class Archive extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback done) {
      versions.add(request.getConnectionMetaData().getHttpVersion().asString());
      Served file = files.get(request.getHttpURI().getPath());
      int[] range = {0, file.bytes().length};
      String asked = request.getHeaders().get(HttpHeader.RANGE);
      if (asked != null) {
        String[] ends = asked.substring(6).split("-", 2);
        int end = ends[1].isEmpty() ? range[1] : Math.min(range[1], Integer.parseInt(ends[1]) + 1);
        range = new int[] {Integer.parseInt(ends[0]), end};
        response.setStatus(206);
        String held = "bytes " + range[0] + "-" + (range[1] - 1) + "/" + file.bytes().length;
        response.getHeaders().put(HttpHeader.CONTENT_RANGE, held);
      }
      response.getHeaders().put(HttpHeader.ETAG, "\"one\"");
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, (long) range[1] - range[0]);
      if (file.breaksNow()) {
        int sent = Math.min(file.resetAt(), range[1] - range[0] - 1);
        ByteBuffer some = ByteBuffer.wrap(file.bytes(), range[0], sent);
        response.write(
            false, some, Callback.from(() -> done.failed(new IOException("broken")), done::failed));
      } else {
        ByteBuffer all = ByteBuffer.wrap(file.bytes(), range[0], range[1] - range[0]);
        response.write(true, all, done);
      }
      return true;
    }
  }

  @BeforeEach
  void start() throws Exception {
    Path store = directory.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "one",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                WORD,
                "-keystore",
                store.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setKeyStorePath(store.toString());
    tls.setKeyStorePassword(WORD);
    HttpConfiguration http = new HttpConfiguration();
    http.addCustomizer(new SecureRequestCustomizer(false));
    ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory("h2", "http/1.1");
    ServerConnector connector =
        new ServerConnector(
            server,
            new SslConnectionFactory(tls, alpn.getProtocol()),
            alpn,
            new HTTP2ServerConnectionFactory(http),
            new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(new Archive());
    server.start();
    port = connector.getLocalPort();
    before = SSLContext.getDefault();
    SslContextFactory.Client trusting = new SslContextFactory.Client();
    trusting.setTrustStorePath(store.toString());
    trusting.setTrustStorePassword(WORD);
    trusting.start();
    SSLContext.setDefault(trusting.getSslContext());
  }

  @AfterEach
  void stop() throws Exception {
    SSLContext.setDefault(before);
    server.stop();
  }

  private SourceFile file(byte[] sent, byte[] stated, int resetAt, boolean sum) {
    String path = "/" + files.size() + "/R1.fastq.gz";
    files.put(path, new Served(sent, resetAt, new AtomicInteger()));
    return reads(
        "R1.fastq.gz",
        new Location(
            "ena",
            "https://127.0.0.1:" + port + path,
            "fastq.gz",
            OptionalLong.of(stated.length),
            sum ? Optional.of(Location.Checksum.md5(md5(stated))) : Optional.empty()));
  }

  private static CompletableFuture<Outcome> start(Node node, SourceFile file) {
    return node.start(node.attempt("R1", List.of(file), Map.of("read_count", "300"), 1));
  }

  private static String end(Node node, CompletableFuture<Outcome> running) throws Exception {
    Outcome outcome = running.get(60, TimeUnit.SECONDS);
    if (outcome instanceof Outcome.Failed failed) {
      return failed.failure().failureClass().word();
    }
    JobResult.Downloaded result = (JobResult.Downloaded) ((Outcome.Succeeded) outcome).result();
    byte[] stored = node.stored(result.files().getFirst().object());
    return Arrays.equals(stored, ONE) ? "good" : "BAD";
  }

  private Node node(String name, TransferSettings settings) throws IOException {
    return new Node(directory.resolve(name), settings, Node.ASKING, List.of("127.0.0.1:" + port));
  }

  @Test
  void filesComeWholeAndNoBadOneIsAccepted() throws Exception {
    Map<String, CompletableFuture<Outcome>> running = new LinkedHashMap<>();
    List<String> wrong = new ArrayList<>();
    TransferSettings whole = Node.settings(4).withHttp2();
    TransferSettings parts = whole.withRanges(new TransferSettings.Ranges(PART, 3, PART));
    for (TransferSettings settings : List.of(whole, parts)) {
      try (Node node = node(settings == whole ? "whole" : "parts", settings)) {
        for (boolean sum : new boolean[] {true, false}) {
          running.put("good good" + sum, start(node, file(ONE, ONE, -1, sum)));
          for (Place place : Place.values()) {
            running.put(
                "good reset " + place + sum,
                start(node, file(ONE, ONE, place.in(ONE.length), sum)));
            for (Damage damage : Damage.values()) {
              running.put(
                  "corrupt " + damage + place + sum,
                  start(node, file(damage.of(ONE, place), ONE, -1, sum)));
            }
          }
        }
        for (var cell : running.entrySet()) {
          String end = end(node, cell.getValue());
          if (!cell.getKey().startsWith(end + " ")) {
            wrong.add(cell.getKey() + " ended as " + end);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(running).hasSizeGreaterThan(20);
    assertThat(versions).containsExactly("HTTP/2.0");
  }

  @Test
  void withoutTheSettingTheSameServerIsSpokenToAsBefore() throws Exception {
    try (Node node = node("before", Node.settings(4))) {
      assertThat(end(node, start(node, file(ONE, ONE, -1, true)))).isEqualTo("good");
    }
    assertThat(versions).containsExactly("HTTP/1.1");
  }
}
