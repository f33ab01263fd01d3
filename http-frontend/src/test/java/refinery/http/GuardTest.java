package refinery.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.job.JobState;
import refinery.protocol.query.ReadModel.RecordedEvent;

/** What one client can do with requests, on real sockets. Each test is another client. */
class GuardTest {
  private static final int BURST = 40;
  private static final int STREAMS = 3;
  private static final int READERS = 20;
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String STATS = "GET /api/v1/stats";
  private static TestNode node;

  private final List<Socket> sockets = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    node =
        new TestNode(
            """
            refinery.http.requests { per-second = 1, burst = %d, loopback = true, streams = %d }
            refinery.http.events.max-readers = %d
            akka.http.server.idle-timeout = 2s
            """
                .formatted(BURST, STREAMS, READERS));
  }

  @AfterEach
  void closeAll() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    await().atMost(SOON).until(() -> sum("refinery_http_event_readers ") == 0);
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @Test
  void whoAsksTooOftenWaitsAndOthersDoNot() throws Exception {
    Socket often = open("127.0.1.1");
    int refused = 0;
    for (int i = 0; i < 2 * BURST; i++) {
      ask(often, "HEAD /api/v1/stats", "");
      String head = head(often);
      if (head.startsWith("HTTP/1.1 429")) {
        assertThat(head).containsPattern("Retry-After: [1-9]");
        refused++;
      }
    }
    assertThat(refused).isPositive();
    assertThat(once("127.0.1.2", STATS, "")).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/events", "/api/v1/jobs/job-runs/log?follow=true"})
  void aFloodOfStreamsIsRefusedAndOthersAreServed(String stream) throws Exception {
    String client = stream.contains("log") ? "127.0.1.3" : "127.0.1.4";
    List<Socket> open = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      Socket socket = open(client);
      ask(socket, "GET " + stream, "");
      assertThat(head(socket)).startsWith("HTTP/1.1 200");
      open.add(socket);
    }
    assertThat(once(client, "GET " + stream, ""))
        .startsWith("HTTP/1.1 429")
        .contains("Retry-After");
    assertThat(once(client, STATS, "")).startsWith("HTTP/1.1 200");
    assertThat(once("127.0.1.5", STATS, "")).startsWith("HTTP/1.1 200");
    open.getFirst().close();
    await()
        .atMost(SOON)
        .until(
            () -> {
              Socket next = open(client);
              ask(next, "GET " + stream, "");
              return head(next).startsWith("HTTP/1.1 200");
            });
  }

  @Test
  void aSilentLogIsFollowedForAsLongAsItTakes() throws Exception {
    JobId silent = JobId.of("job-silent-for-long");
    String log = "GET /api/v1/jobs/" + silent + "/log?follow=true";
    try (TestNode hasty = new TestNode("akka.http.server.idle-timeout = 1s")) {
      hasty.rows.jobs.put(silent, Samples.job(silent, JobState.QUEUED));
      Socket kept = open(hasty, "127.0.0.1");
      ask(kept, log + "&heartbeat=true", "Connection: close\r\n");
      for (int i = 0; i < 2; i++) {
        Socket plain = open(hasty, "127.0.0.1");
        ask(plain, log, "");
        assertThat(head(plain)).startsWith("HTTP/1.1 200");
        assertThat(rest(plain)).as("a silent connection is ended").isEmpty();
      }
      hasty.rows.jobs.put(silent, Samples.job(silent, JobState.SUCCEEDED));
      assertThat(head(kept)).startsWith("HTTP/1.1 200");
      assertThat(rest(kept)).startsWith("1\r\n\0\r\n").endsWith("log of step\n\r\n0\r\n\r\n");
    }
  }

  /** All ask before any is answered, and are answered at the same time. */
  @Test
  void aFloodAtOnceTakesNoMorePlacesThanThereAre() throws Exception {
    JobId waits = JobId.of("job-waits-for-long");
    try (TestNode flooded =
        new TestNode(
            "refinery.http { requests.streams = %d, events.max-readers = %d }"
                .formatted(STREAMS, READERS))) {
      flooded.rows.jobs.put(waits, Samples.job(waits, JobState.QUEUED));
      List<Socket> ofOne = flood(flooded, "/api/v1/events", 4 * STREAMS, false);
      assertThat(statuses(ofOne)).containsEntry(200, STREAMS).containsEntry(429, 3 * STREAMS);
      List<Socket> ofMany = flood(flooded, "/api/v1/events?summary=true", 2 * READERS, true);
      assertThat(statuses(ofMany))
          .as("at most refinery.http.events.max-readers, of all clients together")
          .containsEntry(200, READERS - STREAMS)
          .containsEntry(503, READERS + STREAMS);
      List<Socket> logs = new ArrayList<>();
      for (int i = 0; i < 4 * STREAMS; i++) {
        logs.add(open(flooded, "127.0.1.47"));
        ask(logs.getLast(), "GET /api/v1/jobs/" + waits + "/log?follow=true&heartbeat", "");
      }
      assertThat(statuses(logs)).containsEntry(200, STREAMS).containsEntry(429, 3 * STREAMS);
    }
  }

  private List<Socket> flood(TestNode flooded, String stream, int count, boolean ofMany)
      throws IOException {
    CompletableFuture<Void> later = new CompletableFuture<>();
    int before = flooded.rows.orderingAsked.get();
    flooded.rows.orderingAfter = later;
    List<Socket> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(open(flooded, "127.0.1." + (ofMany ? 100 + i : 46)));
      ask(all.getLast(), "GET " + stream, "");
    }
    await().atMost(SOON).until(() -> flooded.rows.orderingAsked.get() == before + count);
    later.complete(null);
    return all;
  }

  private static Map<Integer, Integer> statuses(List<Socket> answered) throws IOException {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (Socket socket : answered) {
      counts.merge(Integer.parseInt(head(socket).split(" ")[1]), 1, Integer::sum);
    }
    return counts;
  }

  /** Were they not counted out when they are gone, they would be counted for ever. */
  @Test
  void readersThatAreGoneBeforeTheyAreAnsweredTakeNoPlace() throws Exception {
    CompletableFuture<Void> later = new CompletableFuture<>();
    node.rows.orderingAfter = later;
    for (int i = 0; i < READERS; i++) {
      try (Socket gone = open("127.0.1." + (10 + i))) {
        gone.setSoLinger(true, 0);
        ask(gone, "GET /api/v1/events", "");
      }
    }
    await().atMost(SOON).until(() -> node.rows.orderingAsked.get() >= READERS);
    await().atMost(SOON).until(() -> openConnections() == 0);
    later.complete(null);
    // Their places are free once what was made for them has been thrown away.
    await().atMost(SOON).until(this::isRead);
  }

  private boolean isRead() throws IOException {
    try (Socket reader = open("127.0.1.6")) {
      ask(reader, "GET /api/v1/events", "");
      return head(reader).startsWith("HTTP/1.1 200") && lines(reader).readLine() != null;
    }
  }

  @Test
  void aReaderThatDoesNotReadIsCutAndSlowsNobody() throws Exception {
    List<RecordedEvent> before = List.copyOf(node.rows.events);
    try {
      String text = "x".repeat(10_000);
      for (int i = 0; i < 3_000; i++) {
        node.rows.events.add(
            new RecordedEvent(
                10_000 + i,
                "job-done",
                i,
                "submitted",
                Instant.EPOCH,
                Json.MAPPER.createObjectNode().put("text", text)));
      }
      Socket sleeper = new Socket();
      sockets.add(sleeper);
      sleeper.setReceiveBufferSize(4_096);
      sleeper.bind(new InetSocketAddress(InetAddress.getByName("127.0.1.7"), 0));
      sleeper.connect(new InetSocketAddress("127.0.0.1", node.uri("/").getPort()));
      ask(sleeper, "GET /api/v1/events?after=1", "");
      await().atMost(SOON).until(() -> openConnections() == 1);
      assertThat(once("127.0.1.8", STATS, "")).startsWith("HTTP/1.1 200");
      await().atMost(SOON).until(() -> openConnections() == 0);
    } finally {
      node.rows.events.clear();
      node.rows.events.addAll(before);
    }
  }

  @Test
  void aHeadThatIsTooLargeIsRefused() throws Exception {
    String client = "127.0.1.9";
    assertThat(once(client, STATS, "X-Long: " + "x".repeat(9_000) + "\r\n"))
        .startsWith("HTTP/1.1 431");
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      many.append("X-").append(i).append(": ").append("x".repeat(1_000)).append("\r\n");
    }
    assertThat(once(client, STATS, many.toString())).startsWith("HTTP/1.1 431");
    StringBuilder short1 = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      short1.append("X-").append(i).append(": x\r\n");
    }
    assertThat(once(client, STATS, short1.toString())).containsPattern("^HTTP/1.1 4(00|31)");
  }

  @Test
  void aBodyOfAGibibyteIsRefusedBeforeItIsSent() throws Exception {
    assertThat(
            once(
                "127.0.1.40",
                "POST /api/v1/surveys",
                "Content-Type: application/json\r\nContent-Length: 1073741824\r\n"))
        .startsWith("HTTP/1.1 413");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"source\":\"ena\",\"parameters\":{\"accession\":["})
  void aHundredThousandNestedArraysAreRefused(String beginning) throws Exception {
    String body = beginning + "[".repeat(100_000);
    Socket socket = open("127.0.1.41");
    ask(
        socket,
        "POST /api/v1/surveys",
        "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n");
    socket.getOutputStream().write(body.getBytes(US_ASCII));
    assertThat(head(socket)).startsWith("HTTP/1.1 400");
  }

  /** What a request says comes back in bodies only, and never as a header of its own. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/artifacts/x%0d%0aInjected:%20yes",
        "/api/v1/jobs/job%0d%0aInjected:%20yes",
        "/api/v1/jobs?state=%0d%0aInjected:%20yes",
        "/api/v1/surveys/..%2f..%2fetc%2fpasswd",
        "/dashboard/..%2f..%2fetc%2fpasswd",
        "/dashboard/x/../../../etc/passwd",
        "/%0d%0aInjected:%20yes",
      })
  void noPathLeavesItsPlaceAndNoneBecomesAHeader(String path) throws Exception {
    Socket socket = open("127.0.1.42");
    ask(socket, "GET " + path, "Connection: close\r\n");
    String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
    assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("\nInjected:", "root:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/api/v1/stats", "/api/v1/artifacts/QUANT", "/nowhere/at/all", "/", "/%zz"})
  void everyResponseTellsBrowsersToDoNothingElse(String path) throws Exception {
    String head =
        once("127.0.1.43", "GET " + path.replace("QUANT", Samples.QUANT), "")
            .toLowerCase(Locale.ROOT);
    assertThat(head)
        .contains(
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "referrer-policy: same-origin",
            "permissions-policy: ",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
            "content-security-policy: default-src 'none'",
            "frame-ancestors 'none'")
        .doesNotContain("strict-transport-security", "server:");
    assertThat(head.split("x-content-type-options")).hasSize(2);
    if (path.startsWith("/api")) {
      assertThat(head).contains("; sandbox").doesNotContain("script-src");
    }
  }

  private static long openConnections() {
    return sum("refinery_http_connections{");
  }

  private static long sum(String series) {
    return FrontendExtension.get(node.system)
        .meters()
        .scrape()
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private Socket open(String from) throws IOException {
    return open(node, from);
  }

  private Socket open(TestNode at, String from) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.setSoTimeout((int) SOON.toMillis());
    socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
    socket.connect(new InetSocketAddress("127.0.0.1", at.uri("/").getPort()));
    return socket;
  }

  private static void ask(Socket socket, String what, String headers) throws IOException {
    socket
        .getOutputStream()
        .write((what + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n").getBytes(US_ASCII));
  }

  /** The head of the answer to one request on a connection of its own. */
  private String once(String from, String what, String headers) throws IOException {
    try (Socket socket = open(from)) {
      ask(socket, what, headers);
      return head(socket);
    }
  }

  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        return head.toString();
      }
      head.append((char) next);
    }
    return head.toString();
  }

  /** All that comes until the connection ends, however it does. */
  private static String rest(Socket socket) throws IOException {
    StringBuilder rest = new StringBuilder();
    try {
      for (int next = socket.getInputStream().read(); next >= 0; ) {
        rest.append((char) next);
        next = socket.getInputStream().read();
      }
    } catch (SocketException reset) {
      return rest.toString();
    }
    return rest.toString();
  }

  private static BufferedReader lines(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
  }
}
