package refinery.http.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.http.TestNode;

class ManagementTest {
  private static final String TOKEN = "token-for-tests";
  private static TestNode node;
  private static URI base;

  @BeforeAll
  static void start() throws Exception {
    node =
        new TestNode(
            """
            akka.actor.provider = cluster
            akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
            akka.cluster.jmx.multi-mbeans-in-same-jvm = on
            akka.management.http.port = 0
            akka.management.http.hostname = "127.0.0.2"
            refinery.http.auth { login-failures = 1000, tokens = ["%s"] }
            """
                .formatted(TOKEN));
    var binding =
        ManagementEndpoint.start(node.system, node.config(), node.credentials(), Optional.empty())
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
    base = URI.create("http://127.0.0.2:" + binding.localAddress().getPort());
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @ParameterizedTest
  @CsvSource({
    "PUT,/cluster/members/akka%3A%2F%2Frefinery%40127.0.0.1%3A1",
    "DELETE,/cluster/members/x",
    "GET,/cluster/members",
    "GET,/refinery/scheduler",
    "GET,/refinery/foreman",
    "GET,/refinery/notifications",
    "GET,/refinery/entities/job/job-done",
    "GET,/metrics",
    "PUT,/ready",
  })
  void nothingButProbesIsOpenWithoutAToken(String method, String path) throws Exception {
    assertThat(send(method, path, "").statusCode()).isEqualTo(401);
    assertThat(send(method, path, "Bearer wrong-token").statusCode()).isEqualTo(401);
    assertThat(send(method, path, "Basic " + TOKEN).statusCode()).isEqualTo(401);
  }

  @Test
  void theApiWantsTheSameToken() throws Exception {
    var anonymous = node.get("/api/v1/jobs");
    assertThat(anonymous.statusCode()).isEqualTo(401);
    assertThat(anonymous.headers().firstValue("WWW-Authenticate")).isPresent();
    var known = node.send(node.request("/api/v1/jobs").header("Authorization", "Bearer " + TOKEN));
    assertThat(known.statusCode()).isEqualTo(200);
  }

  @Test
  void probesAnswerWithoutAToken() throws Exception {
    assertThat(send("GET", "/alive", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/ready", "").statusCode()).isIn(200, 500);
  }

  /** A scraper knows a node by an address that the API may not have. */
  @ParameterizedTest
  @ValueSource(strings = {"/cluster/members", "/metrics", "/refinery/nodes/node-a"})
  void withATokenItAnswersByWhateverNameItIsReached(String path) throws Exception {
    assertThat(send("GET", path, "Bearer " + TOKEN).statusCode()).isEqualTo(200);
    for (String name : List.of("10.0.0.5:8558", "node-a.internal")) {
      try (Socket socket = new Socket(base.getHost(), base.getPort())) {
        String asked =
            "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
                .formatted(path, name, TOKEN);
        socket.getOutputStream().write(asked.getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
            .isEqualTo("HTTP/1.1 200");
      }
    }
  }

  @Test
  void akkasOwnRoutesAnswer() throws Exception {
    assertThat(known("/cluster/members").path("selfNode").asText()).contains("refinery@127.0.0.1");
  }

  @Test
  void aLiveEntitySaysWhereItIs() throws Exception {
    JsonNode entity = known("/refinery/entities/job/job-done");
    assertThat(entity.path("id").asText()).isEqualTo("job-done");
    assertThat(entity.path("type").asText()).isEqualTo("job");
    assertThat(entity.path("shard").asText())
        .isEqualTo(Integer.toString(Math.abs("job-done".hashCode() % 100)));
    assertThat(entity.path("node").asText()).isEqualTo("node-a");
    assertThat(entity.path("sequence_nr").asLong()).isEqualTo(5);
    assertThat(entity.path("state").isObject()).isTrue();
    assertThat(entity.path("since").asText()).isEqualTo("2026-01-02T03:04:14Z");
  }

  @ParameterizedTest
  @CsvSource({
    "/refinery/entities/job/job-unknown,404",
    "/refinery/entities/batch/batch-unknown,404",
    "/refinery/entities/survey/x,404",
    "/refinery/entities/schedule/schedule-unknown,404",
    "/refinery/entities/planet/x,404",
    "/refinery/scheduler?job=x,400",
    "/refinery/scheduler?job=job-unknown,404",
    "/refinery/scheduler?x=1,400",
    "/refinery/nodes/node-none,404",
  })
  void whatIsNotThereIsAProblem(String path, int status) throws Exception {
    HttpResponse<String> response = send("GET", path, "Bearer " + TOKEN);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
  }

  @Test
  void schedulerNodesAndMetricsAnswer() throws Exception {
    assertThat(known("/refinery/scheduler").path("queued").asInt()).isEqualTo(3);
    assertThat(known("/refinery/foreman").path("counts").path("overdue").asInt()).isEqualTo(2);
    assertThat(known("/refinery/scheduler?job=job-done").path("job").asText())
        .isEqualTo("job-done");
    assertThat(known("/refinery/nodes/node-a").path("id").asText()).isEqualTo("node-a");
    assertThat(send("GET", "/metrics", "Bearer " + TOKEN).body())
        .contains("jvm_memory_used_bytes", "state=\"succeeded\"", "refinery_source_up")
        .contains("refinery_notifications_delivered_total{channel=\"webhook\"} 7.0")
        .contains("refinery_notifications_skipped_total{channel=\"webhook\"} 1.0")
        .contains("refinery_notifications_failed_total{channel=\"webhook\"} 3.0");
    assertThat(known("/refinery/notifications").path("channels").get(0).path("channel").asText())
        .isEqualTo("webhook");
  }

  @Test
  void whyAJobDoesNotRunIsSaidOfOneThatIsNotWithTheScheduler() throws Exception {
    JsonNode waits = known("/refinery/scheduler?job=job-waits");
    assertThat(waits.path("state").asText()).isEqualTo("waiting");
    assertThat(waits.path("reason").asText())
        .isEqualTo(
            "waiting for the k=31 index of homo_sapiens; it is tried again at"
                + " 2026-01-02T03:05:05Z");
    assertThat(known("/refinery/scheduler?job=job-failed").path("reason").asText())
        .isEqualTo("it has failed: permanent: salmon exited 1");
    assertThat(known("/refinery/scheduler?job=job-done").path("reason").asText())
        .isEqualTo("it has succeeded");
    assertThat(known("/refinery/scheduler?job=job-runs").path("reason").isMissingNode())
        .as("only the scheduler knows")
        .isTrue();
  }

  private static JsonNode known(String path) throws Exception {
    HttpResponse<String> response = send("GET", path, "Bearer " + TOKEN);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return TestNode.json(response);
  }

  private static HttpResponse<String> send(String method, String path, String authorization)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    return node.send(
        authorization.isEmpty() ? request : request.header("Authorization", authorization));
  }
}
