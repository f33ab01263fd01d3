package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.cluster.sharding.typed.ShardingEnvelope;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.api.NodeUnreachable;
import refinery.api.Refinery;
import refinery.api.Transport;
import refinery.certificates.Authority;
import refinery.certificates.Pem;
import refinery.certificates.Trust;
import refinery.client.NodeClient;
import refinery.database.DatabaseAddress;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Work;
import refinery.testing.NodeProcess;
import refinery.testing.TestDatabase;

/**
 * Two real nodes with certificates of one authority are a cluster, and show them to whoever asks
 * their APIs; who has none of them, and no token, cannot make them run or say anything, whatever is
 * sent to their ports.
 */
class ClusterTlsTest {
  private static final List<String> HOSTS = List.of("127.0.0.6", "127.0.0.7");
  private static final int FLOOD = 64 << 20;
  private static final String TOKEN = "token-for-tests";

  @TempDir private static Path temp;

  private static final List<NodeProcess> NODES = new ArrayList<>();
  private static int artery;

  @BeforeAll
  static void start() throws Exception {
    authority("ours");
    authority("theirs");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(HOSTS.getFirst()))) {
      artery = free.getLocalPort();
    }
    DatabaseAddress database = TestDatabase.freshAddress();
    List<CompletableFuture<NodeProcess>> starting =
        HOSTS.stream()
            .map(host -> CompletableFuture.supplyAsync(() -> node(host, database)))
            .toList();
    for (CompletableFuture<NodeProcess> node : starting) {
      NODES.add(node.get());
    }
  }

  @AfterAll
  static void stop() throws InterruptedException {
    for (NodeProcess node : NODES) {
      node.kill();
    }
  }

  private static void authority(String name) throws IOException {
    Authority authority = new Authority(temp.resolve(name));
    authority.create();
    authority.issue("node", certified());
  }

  private static List<String> certified() {
    List<String> hosts = new ArrayList<>(HOSTS);
    hosts.add("127.0.0.1");
    return hosts;
  }

  private static Map<String, String> tls(String authority) {
    Path files = temp.resolve(authority).resolve("node");
    return Map.of(
        "refinery.cluster.tls.certificate", files.resolve("certificate.pem").toString(),
        "refinery.cluster.tls.key", files.resolve("key.pem").toString(),
        "refinery.cluster.tls.authority", files.resolve("authority.pem").toString());
  }

  private static NodeProcess node(String host, DatabaseAddress database) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--db",
                database.url(),
                "--http",
                "127.0.0.1:0",
                "--management",
                "127.0.0.1:0",
                "--artery",
                host + ":" + artery,
                "--join",
                HOSTS.getFirst() + ":" + artery));
    Map<String, String> files = tls("ours");
    files.forEach((key, value) -> options.addAll(List.of("--set", key + "=" + value)));
    List.of("certificate", "key")
        .forEach(
            name -> {
              String file = files.get("refinery.cluster.tls." + name);
              options.addAll(List.of("--set", "refinery.http.tls." + name + "=" + file));
            });
    options.addAll(List.of("--set", "refinery.commands.enabled=true"));
    try {
      return NodeProcess.start(
          temp.resolve(host),
          temp.resolve(host + ".log"),
          options,
          Map.of(
              "REFINERY_HTTP_AUTH_TOKENS",
              "[\"" + TOKEN + "\"]",
              "REFINERY_DB_USER",
              database.user(),
              "REFINERY_DB_PASSWORD",
              database.password()));
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  @Test
  void nodesOfOneAuthorityAreACluster() {
    for (NodeProcess node : NODES) {
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .untilAsserted(
              () ->
                  assertThat(get(node.management() + "/cluster/members").path("members"))
                      .extracting(member -> member.path("status").asText())
                      .containsExactly("Up", "Up"));
    }
  }

  /** The same message from three, of whom the last has one of our certificates. */
  @Test
  void onlyOurCertificateOpensTheDoor() throws Exception {
    ActorTestKit plain = stranger(Map.of());
    ActorTestKit foreign = stranger(tls("theirs"));
    ActorTestKit ours = stranger(tls("ours"));
    try {
      submit(plain, "job-plain");
      submit(foreign, "job-foreign");
      submit(ours, "job-ours");
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Files.exists(temp.resolve("job-ours.ran")));
      assertThat(get(NODES.getFirst().http() + "/api/v1/jobs").findValuesAsText("id"))
          .containsExactly("job-ours");
      assertThat(temp.resolve("job-plain.ran")).doesNotExist();
      assertThat(temp.resolve("job-foreign.ran")).doesNotExist();
    } finally {
      List.of(plain, foreign, ours).forEach(ActorTestKit::shutdownTestKit);
    }
  }

  @Test
  void aStrangerLearnsNothingFromTheManagementEndpointNorTheApi() throws Exception {
    NodeProcess node = NODES.getFirst();
    for (String uri :
        List.of(node.management() + "/cluster/members", node.http() + "/api/v1/jobs")) {
      assertThat(uri).startsWith("https://");
      assertThat(status(uri, "ours", Optional.empty())).isEqualTo(401);
      assertThat(status(uri, "ours", Optional.of(TOKEN))).isEqualTo(200);
      assertThatThrownBy(() -> status(uri, "theirs", Optional.of(TOKEN)))
          .as("who listens in between has no certificate of this authority")
          .isInstanceOf(SSLException.class);
      assertThat(plainly(URI.create(uri))).doesNotContain("HTTP/1.1 200", "refinery@");
    }
    assertThat(status(node.management() + "/alive", "ours", Optional.empty())).isEqualTo(200);
  }

  @Test
  void theCommandLineBelievesTheAuthorityThatItIsGiven() {
    String url = NODES.getFirst().http();
    Path authority = temp.resolve("ours").resolve("authority.pem");
    assertThat(new NodeClient(url, Optional.of(TOKEN), Optional.of(authority)).get("/stats"))
        .isNotEmpty();
    assertThatThrownBy(() -> new NodeClient(url, Optional.of(TOKEN)).get("/stats"))
        .hasMessageContaining("--authority FILE");
    assertThatThrownBy(
            () -> new NodeClient(url.replace("https", "http"), Optional.of(TOKEN)).get("/stats"))
        .hasMessageContaining("https");
  }

  @Test
  void programsBelieveTheAuthorityThatTheyAreGiven() throws Exception {
    String url = NODES.getFirst().http();
    Path authority = temp.resolve("ours").resolve("authority.pem");
    assertThat(Refinery.at(url, Optional.of(TOKEN), authority).get("/stats")).isNotEmpty();
    Path other = temp.resolve("theirs").resolve("authority.pem");
    Transport believingAnother = new Transport(url, Optional.of(TOKEN), other);
    assertThatThrownBy(() -> believingAnother.get("/stats"))
        .isInstanceOf(NodeUnreachable.class)
        .hasCauseInstanceOf(SSLException.class);
    Path none = Files.writeString(temp.resolve("none.pem"), "no certificate");
    assertThatThrownBy(() -> Refinery.at(url, Optional.of(TOKEN), none))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whoSignsOutAtOneNodeIsOutAtTheOtherWhoeverHasTheCookie() throws Exception {
    try (HttpClient http = HttpClient.newBuilder().sslContext(trusting("ours")).build()) {
      String here = NODES.getFirst().http();
      HttpResponse<String> in =
          http.send(
              session(here)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString("{\"token\":\"" + TOKEN + "\"}"))
                  .build(),
              BodyHandlers.ofString());
      String cookie = in.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
      for (NodeProcess node : NODES) {
        assertThat(withCookie(http, node, cookie)).isEqualTo(200);
      }
      HttpRequest out =
          session(here)
              .header("Cookie", cookie)
              .header("X-Refinery-Request", "1")
              .header("Sec-Fetch-Site", "same-origin")
              .DELETE()
              .build();
      assertThat(http.send(out, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
      assertThat(withCookie(http, NODES.getFirst(), cookie)).isEqualTo(401);
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> withCookie(http, NODES.getLast(), cookie) == 401);
    }
  }

  private static HttpRequest.Builder session(String node) {
    return HttpRequest.newBuilder(URI.create(node + "/api/v1/session"));
  }

  private static int withCookie(HttpClient http, NodeProcess node, String cookie) throws Exception {
    HttpRequest read =
        HttpRequest.newBuilder(URI.create(node.http() + "/api/v1/stats"))
            .header("Cookie", cookie)
            .build();
    return http.send(read, BodyHandlers.discarding()).statusCode();
  }

  /** Connections that are open go on with the certificate that they began with. */
  @Test
  void aRenewedCertificateIsShownWithoutARestart() throws Exception {
    URI address = URI.create(NODES.getLast().http());
    try (SSLSocket old = connected(address)) {
      BigInteger first = serial(old);
      assertThat(asked(old)).startsWith("HTTP/1.1 200");
      Path files = temp.resolve("ours");
      new Authority(files).issue("renewed", certified());
      for (String name : List.of(Authority.KEY, Authority.CERTIFICATE)) {
        Files.move(
            files.resolve("renewed").resolve(name),
            files.resolve("node").resolve(name),
            StandardCopyOption.REPLACE_EXISTING);
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                try (SSLSocket next = connected(address)) {
                  return !serial(next).equals(first);
                }
              });
      assertThat(asked(old)).startsWith("HTTP/1.1 200");
    }
  }

  private static SSLSocket connected(URI address) throws Exception {
    SSLSocket socket =
        (SSLSocket)
            trusting("ours").getSocketFactory().createSocket("127.0.0.1", address.getPort());
    socket.setSoTimeout(20_000);
    socket.startHandshake();
    return socket;
  }

  private static BigInteger serial(SSLSocket socket) throws IOException {
    return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
  }

  /** The head of an answer; its body is left out by asking for it with HEAD. */
  private static String asked(Socket socket) throws IOException {
    String head =
        "HEAD /api/v1/stats HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + TOKEN;
    socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        return answer.toString();
      }
      answer.append((char) next);
    }
    return answer.toString();
  }

  /** What the port says to who does not speak TLS. */
  private static String plainly(URI uri) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", uri.getPort())) {
      socket.setSoTimeout(20_000);
      return asked(socket);
    } catch (java.net.SocketException reset) {
      return "";
    }
  }

  @Test
  void whatIsSentToThePortDoesNotFillTheLog() throws Exception {
    NodeProcess node = NODES.getFirst();
    int before = node.output().length();
    flood(new byte[0]);
    flood("AKKA\1".getBytes(StandardCharsets.ISO_8859_1));
    flood(new byte[] {22, 3, 1, 2, 0});
    assertThat(get(node.http() + "/api/v1/stats").isObject()).isTrue();
    assertThat(node.output().length() - before).isLessThan(64 << 10);
  }

  /** Its stop is not judged: a connection that is refused again and again may outlive the wait. */
  private static ActorTestKit stranger(Map<String, String> tls) {
    String settings =
        """
        akka.actor.testkit.typed.throw-on-shutdown-timeout = off
        akka.actor.provider = remote
        akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
        akka.coordinated-shutdown { exit-jvm = off, run-by-jvm-shutdown-hook = off }
        """;
    if (!tls.isEmpty()) {
      settings += "akka.remote.artery.transport = tls-tcp\n";
      settings += "akka.remote.artery.ssl.ssl-engine-provider = refinery.cluster.ClusterEngines\n";
    }
    return ActorTestKit.create(
        "refinery",
        ConfigFactory.parseMap(tls)
            .withFallback(ConfigFactory.parseString(settings))
            .withFallback(ConfigFactory.load()));
  }

  private static void submit(ActorTestKit stranger, String id) {
    JobSpec spec =
        new JobSpec(
            new JobId(id),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(),
            "command",
            50,
            0,
            Resources.of(100, 1 << 20, 0),
            new Work.Process(
                "command",
                List.of(),
                List.of(),
                Map.of(),
                Map.of(),
                List.of("/bin/touch", temp.resolve(id + ".ran").toString())),
            Instant.EPOCH);
    JobCommand command =
        new JobCommand.Submit(
            spec, Optional.empty(), stranger.<JobReply>createTestProbe().getRef());
    stranger
        .system()
        .classicSystem()
        .actorSelection(
            "akka://refinery@" + HOSTS.getFirst() + ":" + artery + "/system/sharding/Job")
        .tell(new ShardingEnvelope<>(id, command), akka.actor.ActorRef.noSender());
  }

  /** Zeros after a beginning, over new connections as often as the node closes one. */
  private static void flood(byte[] beginning) {
    byte[] zeros = new byte[64 << 10];
    int sent = 0;
    while (sent < FLOOD) {
      try (Socket socket = new Socket(HOSTS.getFirst(), artery)) {
        OutputStream out = socket.getOutputStream();
        out.write(beginning);
        while (sent < FLOOD) {
          sent += zeros.length;
          out.write(zeros);
        }
      } catch (IOException closed) {
        sent += zeros.length;
      }
    }
  }

  private static JsonNode get(String uri) throws Exception {
    return Json.MAPPER.readTree(response(uri, "ours", Optional.of(TOKEN)).body());
  }

  private static int status(String uri, String authority, Optional<String> token) throws Exception {
    return response(uri, authority, token).statusCode();
  }

  private static HttpResponse<String> response(String uri, String authority, Optional<String> token)
      throws Exception {
    try (HttpClient client = HttpClient.newBuilder().sslContext(trusting(authority)).build()) {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri));
      token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  private static SSLContext trusting(String authority) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    Path file = temp.resolve(authority).resolve("authority.pem");
    context.init(null, Trust.only(Pem.certificate(file)), null);
    return context;
  }
}
