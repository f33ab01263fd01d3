package refinery.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.archive.ScriptedServer.Answer;
import refinery.hosts.HostGate;
import refinery.protocol.FailureClass;
import refinery.web.RetryAfter;

class ArchiveHttpTest {
  private final List<Duration> pauses = new ArrayList<>();
  private ScriptedServer server;
  private ArchiveHttp http;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    http = new ArchiveHttp(Archives.at(server.url()), "1.2.3", pauses::add);
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  private Reply<String> get() throws InterruptedException {
    return get(server.url() + "/x");
  }

  private Reply<String> get(String url) throws InterruptedException {
    return http.get(
        URI.create(url),
        "text/plain",
        body -> new String(body.readAllBytes(), StandardCharsets.UTF_8));
  }

  private static FailureClass failureClass(Reply<String> reply) {
    return Reply.failure(reply).failureClass();
  }

  @ParameterizedTest
  @CsvSource({
    "204, ABSENT, 1",
    "404, ABSENT, 1",
    "410, ABSENT, 1",
    "400, PERMANENT, 1",
    "403, PERMANENT, 1",
    "429, TRANSIENT, 4",
    "500, TRANSIENT, 4",
    "502, TRANSIENT, 4",
    "503, TRANSIENT, 4"
  })
  void eachStatusHasItsMeaning(int status, FailureClass expected, int tries) throws Exception {
    server.always("/x", Answer.of(status, "reason"));
    assertThat(failureClass(get())).isEqualTo(expected);
    assertThat(server.requests()).hasSize(tries);
  }

  @Test
  void waitsAsLongAsTheArchiveAsks() throws Exception {
    server.always("/x", Answer.ok("fine"));
    server.once("/x", Answer.of(429, "").with("Retry-After", "2.5"));
    assertThat(get()).isEqualTo(new Reply.Ok<>("fine"));
    assertThat(pauses).contains(Duration.ofMillis(2500));
  }

  @ParameterizedTest
  @CsvSource({
    "3, 3000",
    "0.25, 250",
    "'Wed, 21 Oct 2015 07:28:30 GMT', 30000",
    "'Wed, 21 Oct 2015 07:00:00 GMT', 0",
    "99999999999, 86400000"
  })
  void retryAfterHasThreeForms(String text, long millis) {
    Instant now = Instant.parse("2015-10-21T07:28:00Z");
    assertThat(RetryAfter.parse(text, now)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-1", "NaN"})
  void anythingElseSaysNothing(String text) {
    assertThat(RetryAfter.parse(text, Instant.EPOCH)).isEmpty();
  }

  @Test
  void aRedirectThatLoopsIsTransient() throws Exception {
    server.always("/x", Answer.of(302, "").with("Location", "/x"));
    assertThat(failureClass(get())).isEqualTo(FailureClass.TRANSIENT);
  }

  @Test
  void aZippedAnswerIsRead() throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write("fine".getBytes(StandardCharsets.UTF_8));
    }
    server.always(
        "/x", new Answer(200, zipped.toByteArray(), Map.of("Content-Encoding", "gzip"), 0));
    assertThat(get()).isEqualTo(new Reply.Ok<>("fine"));
  }

  @Test
  void aBodyThatEndsEarlyOrStopsIsTransient() throws Exception {
    server.always("/x", Answer.ok("half").withLengthDelta(10));
    assertThat(failureClass(get())).isEqualTo(FailureClass.TRANSIENT);
  }

  @Test
  void bytesThatStopComingAreGivenUp() throws Exception {
    List<Socket> open = new ArrayList<>();
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerHalf(silent, open));
      http.close();
      http =
          Archives.http(
              Archives.at(server.url(), Map.of("refinery.archives.http.stall-timeout", "300ms")));
      Reply<String> reply = get("http://127.0.0.1:" + silent.getLocalPort() + "/x");
      assertThat(failureClass(reply)).isEqualTo(FailureClass.TRANSIENT);
      assertThat(Reply.failure(reply).message()).contains("stopped coming");
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  private static void answerHalf(ServerSocket server, List<Socket> open) {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        socket
            .getOutputStream()
            .write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".getBytes(UTF_8));
      }
    } catch (IOException closed) {
      assertThat(server.isClosed()).isTrue();
    }
  }

  private static final java.nio.charset.Charset UTF_8 = StandardCharsets.UTF_8;

  @Test
  void aServerThatIsNotThereIsTransient() throws Exception {
    String gone;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      gone = "http://127.0.0.1:" + socket.getLocalPort() + "/x";
    }
    Reply<String> reply = get(gone);
    assertThat(failureClass(reply)).isEqualTo(FailureClass.TRANSIENT);
    assertThat(Reply.failure(reply).message()).contains("could not connect").contains(gone);
  }

  @Test
  void anInterruptionEndsTheWaitForAnAnswer() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      AtomicReference<Thread> thread = new AtomicReference<>();
      CompletableFuture<Reply<String>> result = new CompletableFuture<>();
      thread.set(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      result.complete(get("http://127.0.0.1:" + silent.getLocalPort() + "/x"));
                    } catch (InterruptedException e) {
                      result.completeExceptionally(e);
                    }
                  }));
      try (Socket accepted = silent.accept()) {
        assertThat(accepted.isConnected()).isTrue();
        thread.get().interrupt();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(result::isDone);
        assertThatThrownBy(result::get)
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(InterruptedException.class);
      }
    }
  }

  /** Headers, silence and the whole have a limit each. */
  @ParameterizedTest
  @CsvSource({"60s, true", "1700ms, false"})
  void aBodyMayTakeLongerThanItsHeadersButNotForEver(String total, boolean arrives)
      throws Exception {
    com.sun.net.httpserver.HttpServer slow =
        com.sun.net.httpserver.HttpServer.create(
            new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    CountDownLatch closing = new CountDownLatch(1);
    slow.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            for (int piece = 0; piece < 6; piece++) {
              exchange.getResponseBody().write('x');
              exchange.getResponseBody().flush();
              boolean ended = closing.await(400, TimeUnit.MILLISECONDS);
              if (ended) {
                return;
              }
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    slow.start();
    String url = "http://127.0.0.1:" + slow.getAddress().getPort();
    ArchivesConfig archives =
        ArchivesConfig.from(
            ConfigFactory.parseMap(
                    Map.of(
                        "refinery.archives.ena.portal",
                        url,
                        "refinery.archives.http.answer-timeout",
                        "1500ms",
                        "refinery.archives.http.total-timeout",
                        total,
                        "refinery.archives.http.max-tries",
                        1))
                .withFallback(ConfigFactory.parseResources("archives.conf"))
                .resolve());
    try (ArchiveHttp patient = Archives.http(archives)) {
      Reply<String> reply =
          patient.get(
              URI.create(url + "/x"),
              "text/plain",
              body -> new String(body.readAllBytes(), StandardCharsets.UTF_8));
      if (arrives) {
        assertThat(reply).isEqualTo(new Reply.Ok<>("xxxxxx"));
      } else {
        assertThat(Reply.failure(reply).failureClass()).isEqualTo(FailureClass.TRANSIENT);
        assertThat(Reply.failure(reply).message()).contains("not complete in");
      }
    } finally {
      closing.countDown();
      slow.stop(0);
    }
  }

  /** The cluster's gate is asked before every request and told how each went. */
  @Test
  void theClusterIsAskedBeforeEachRequest() throws Exception {
    List<String> told = new ArrayList<>();
    HostGate gate =
        new HostGate() {
          @Override
          public Optional<String> enter(URI address, Caller caller) {
            told.add("asks for " + caller.requestsPerSecond() + "/s");
            return told.size() > 5 ? Optional.of("it is away") : Optional.empty();
          }

          @Override
          public void answered(URI address) {
            told.add("answered");
          }

          @Override
          public boolean failed(
              URI address, Caller caller, String reason, Optional<Duration> retryAfter) {
            told.add(reason + " " + retryAfter.orElseThrow().toSeconds());
            return true;
          }
        };
    ArchivesConfig archives = Archives.at(server.url());
    try (ArchiveHttp asking =
        new ArchiveHttp(archives, archives.http(), "test", pauses::add, gate)) {
      server.once(
          "/x", Answer.of(503, "").with("Retry-After", "7"), Answer.ok("y"), Answer.ok("y"));
      URI address = URI.create(server.url() + "/x");
      ArchiveHttp.Reader<String> text =
          body -> new String(body.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(asking.get(address, "*/*", text)).isEqualTo(new Reply.Ok<>("y"));
      assertThat(told)
          .containsExactly("asks for 1000/s", "answered 503 7", "asks for 1000/s", "answered");
      assertThat(asking.get(address, "*/*", text)).isEqualTo(new Reply.Ok<>("y"));
      assertThat(Reply.failure(asking.get(address, "*/*", text)).message()).contains("it is away");
    }
  }

  @Test
  void aHostIsAskedNoFasterThanAllowed() {
    HostPacer pacer = new HostPacer(2);
    assertThat(List.of(pacer.reserve("a", 0), pacer.reserve("a", 0), pacer.reserve("a", 0)))
        .containsExactly(Duration.ZERO, Duration.ZERO, Duration.ofMillis(500));
    assertThat(pacer.reserve("b", 0)).isZero();
  }

  @Test
  void theShippedConfigurationIsTheContracts() {
    ArchivesConfig archives =
        ArchivesConfig.from(ConfigFactory.parseResources("archives.conf").resolve());
    assertThat(archives.enaPortal()).isEqualTo("https://www.ebi.ac.uk/ena/portal/api");
    assertThat(archives.enaFiles()).isEqualTo("https://ftp.sra.ebi.ac.uk");
    assertThat(archives.ncbiSra()).isEqualTo("https://sra-pub-run-odp.s3.amazonaws.com/sra");
    assertThat(archives.ncbiEutils()).isEqualTo("https://eutils.ncbi.nlm.nih.gov/entrez/eutils");
    assertThat(archives.ensemblRest()).isEqualTo("https://rest.ensembl.org");
    assertThat(archives.ensemblFiles()).isEqualTo("https://ftp.ensembl.org/pub");
    assertThat(archives.ensemblGenomesFiles())
        .isEqualTo("https://ftp.ensemblgenomes.ebi.ac.uk/pub");
    assertThat(archives.http().maxTries()).isEqualTo(4);
    assertThat(archives.cache().timeToLive()).isEqualTo(Duration.ofMinutes(15));
  }

  @ParameterizedTest
  @CsvSource({
    "refinery.archives.ena.portal, ftp://x",
    "refinery.archives.ena.files, 'not an address'",
    "refinery.archives.ncbi.sra, http://user@host/x",
    "refinery.archives.http.max-tries, 0",
    "refinery.archives.http.stall-timeout, 0s",
    "refinery.archives.http.max-answer, 1",
    "refinery.archives.limits.line, 17 MiB",
    "refinery.archives.limits.batch, 1 GiB",
    "refinery.archives.limits.columns, 0",
    "refinery.archives.limits.rows, 2147483648",
    "refinery.archives.redirect-hosts, '[\"http://x\"]'",
    "refinery.archives.redirect-hosts, '[\"*.x:80\"]'"
  })
  void aBadValueIsNamedByItsKey(String key, String value) {
    var config =
        (value.startsWith("[")
                ? ConfigFactory.parseString(key + " = " + value)
                : ConfigFactory.parseMap(Map.of(key, value)))
            .withFallback(ConfigFactory.parseResources("archives.conf"))
            .resolve();
    assertThatThrownBy(() -> ArchivesConfig.from(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key);
  }
}
