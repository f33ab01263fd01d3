package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.http.javadsl.model.HttpRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import refinery.http.access.BearerToken;
import refinery.http.access.Caller;
import refinery.protocol.audit.AuditEntry;
import refinery.protocol.audit.AuditEntry.Outcome;

/** What is noted of requests, and who may read it. */
class AuditTest {
  private static final String CANCEL = "/api/v1/jobs/job-runs/cancel";
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node =
        new TestNode(
            """
            refinery.commands.enabled = %s
            refinery.http.auth.tokens = [
              {name = operator, sha256 = "%s", scope = operate}, {name = chief, sha256 = "%s"}]
            """
                .formatted(
                    commandsAsShipped(),
                    BearerToken.sha256("token-to-operate"),
                    BearerToken.sha256("token-of-the-chief")));
  }

  private static boolean commandsAsShipped() {
    return ConfigFactory.parseFile(new File("../conf/commands.conf"))
        .getBoolean("refinery.commands.enabled");
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @BeforeEach
  void begin() {
    node.audit.stored.clear();
    node.audit.storing = CompletableFuture.completedFuture(null);
  }

  private static HttpResponse<String> send(
      String method, String path, String token, String... headers) throws Exception {
    var request = node.request(path).header("Authorization", "Bearer " + token);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return node.send(request.method(method, BodyPublishers.noBody()));
  }

  private static AuditEntry last() {
    return node.audit.stored.getLast();
  }

  @Test
  void anActionIsNotedWithWhoWhatAndFromWhere() throws Exception {
    HttpResponse<String> answer =
        send("POST", CANCEL, "token-to-operate", "X-Forwarded-For", "192.0.2.7");
    assertThat(last())
        .isEqualTo(
            new AuditEntry(
                AuditEntry.Kind.PERSON,
                "operator",
                "operate",
                "token",
                "POST /jobs/{id}/cancel",
                "job-runs",
                CANCEL,
                "127.0.0.1",
                "192.0.2.7",
                200,
                Outcome.DONE,
                "",
                answer.headers().firstValue("X-Request-Id").orElseThrow(),
                "node-a"));
  }

  @Test
  void theDeadlineOfADrainIsNoted() throws Exception {
    node.send(
        node.request("/api/v1/nodes/node-a/drain")
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer token-to-operate")
            .POST(BodyPublishers.ofString("{\"deadline\":\"10m\"}")));
    assertThat(last().outcome()).isEqualTo(Outcome.DONE);
    assertThat(last().detail()).isEqualTo("deadline in 10m");
  }

  @Test
  void readingIsNotNoted() throws Exception {
    send("GET", "/api/v1/jobs", "token-to-operate");
    send("GET", "/api/v1/audit", "token-of-the-chief");
    assertThat(node.audit.stored).isEmpty();
  }

  @Test
  void whatIsRefusedAndWhatFailsIsNotedToo() throws Exception {
    send("POST", CANCEL, "wrong");
    assertThat(last().outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(last().actor()).isEqualTo("unknown");
    assertThat(last().detail()).contains("not known").doesNotContain("wrong;");
    send("POST", CANCEL, "token-to-operate", "Origin", "https://evil.example");
    assertThat(last().status()).isEqualTo(403);
    send("POST", "/api/v1/jobs/job-none/cancel", "token-to-operate");
    assertThat(last().outcome()).isEqualTo(Outcome.FAILED);
    assertThat(last().subject()).isEqualTo("job-none");
    assertThat(last().detail()).contains("job-none");
  }

  @Test
  void whoMayNotReadIsNotedToo() throws Exception {
    send("GET", "/api/v1/audit", "token-to-operate");
    assertThat(last().actor()).isEqualTo("operator");
    assertThat(last().outcome()).isEqualTo(Outcome.REFUSED);
    send("GET", "/api/v1/jobs", "wrong");
    assertThat(last().action()).isEqualTo("GET /jobs");
    assertThat(last().status()).isEqualTo(401);
    int before = node.audit.stored.size();
    node.get("/api/v1/jobs");
    assertThat(node.audit.stored).as("a browser that has not signed in yet").hasSize(before);
  }

  @Test
  void asShippedNobodyRunsCommandsWhateverHisToken() throws Exception {
    int before = node.commands().size();
    HttpResponse<String> refused =
        node.send(
            node.request("/api/v1/jobs")
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer token-of-the-chief")
                .POST(
                    BodyPublishers.ofString(
                        "{\"pipeline\":\"command\",\"command\":[\"/bin/true\"]}")));
    ApiTest.assertProblem(refused, 403);
    assertThat(refused.body()).contains("refinery.commands.enabled");
    assertThat(node.commands()).hasSize(before);
    assertThat(last().actor()).isEqualTo("chief");
    assertThat(last().action()).isEqualTo("POST /jobs");
    assertThat(last().outcome()).isEqualTo(Outcome.REFUSED);
  }

  @Test
  void whoSignsInIsNotedByName() throws Exception {
    node.send(
        node.request("/api/v1/session")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"token\":\"token-of-the-chief\"}")));
    assertThat(last().actor()).isEqualTo("chief");
    assertThat(last().action()).isEqualTo("POST /session");
    assertThat(last().toString()).doesNotContain("token-of-the-chief");
  }

  @Test
  void anAnswerWaitsForItsEntry() throws Exception {
    CompletableFuture<Void> storing = new CompletableFuture<>();
    node.audit.storing = storing;
    CompletableFuture<HttpResponse<String>> answer =
        node.client.sendAsync(
            node.request(CANCEL)
                .header("Authorization", "Bearer token-to-operate")
                .POST(BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofMinutes(1))
        .until(() -> !node.audit.stored.isEmpty());
    assertThat(answer).isNotDone();
    storing.complete(null);
    assertThat(answer.get().statusCode()).isEqualTo(200);
  }

  @Test
  void aLogThatCannotBeWrittenHidesNoAnswer() throws Exception {
    node.audit.storing = CompletableFuture.failedFuture(new IllegalStateException("away"));
    assertThat(send("POST", CANCEL, "token-to-operate").statusCode()).isEqualTo(200);
  }

  @Test
  void strangersCannotFillIt() {
    FakeAuditLog log = new FakeAuditLog();
    Instant[] now = {Instant.parse("2026-01-02T03:04:05Z")};
    AuditTrail trail = new AuditTrail(log, "node-a", () -> now[0]);
    for (int i = 0; i < 200; i++) {
      refused(trail, Caller.UNKNOWN);
    }
    assertThat(log.stored).hasSize(60);
    refused(trail, Caller.LOCAL);
    assertThat(log.stored).hasSize(61);
    now[0] = now[0].plusSeconds(60);
    refused(trail, Caller.UNKNOWN);
    assertThat(log.stored.getLast().detail()).contains("why", "140 more");
    log.stored.clear();
    for (int i = 0; i < 200; i++) {
      trail.noted(
          HttpRequest.GET(CANCEL),
          Optional.empty(),
          Caller.LOCAL,
          "id",
          Responses.problem(403, "why"));
    }
    assertThat(log.stored).as("of requests to read, whoever sends them").hasSize(60);
  }

  private static void refused(AuditTrail trail, Caller caller) {
    trail.noted(
        HttpRequest.POST(CANCEL), Optional.empty(), caller, "id", Responses.problem(401, "why"));
  }

  @Test
  void onlyTheScopeAdminReadsIt() throws Exception {
    for (String path : List.of("audit", "audit.csv", "audit.ndjson")) {
      assertThat(send("GET", "/api/v1/" + path, "token-to-operate").statusCode()).isEqualTo(403);
      assertThat(send("GET", "/api/v1/" + path, "token-of-the-chief").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void itIsReadPageByPageAndWhole() throws Exception {
    for (int i = 0; i < 3; i++) {
      send("POST", CANCEL, i == 1 ? "token-of-the-chief" : "token-to-operate");
    }
    JsonNode page =
        TestNode.json(send("GET", "/api/v1/audit?limit=1&actor=operator", "token-of-the-chief"));
    assertThat(page.path("items")).hasSize(1);
    JsonNode rest =
        TestNode.json(
            send(
                "GET",
                "/api/v1/audit?actor=operator&cursor=" + page.path("next").asText(),
                "token-of-the-chief"));
    assertThat(rest.path("items")).hasSize(1);
    assertThat(rest.path("items").get(0).path("id"))
        .isNotEqualTo(page.path("items").get(0).path("id"));
    String csv = send("GET", "/api/v1/audit.csv", "token-of-the-chief").body();
    assertThat(csv.lines()).hasSize(4).first().asString().startsWith("id,at,kind,actor");
    assertThat(send("GET", "/api/v1/audit.ndjson", "token-of-the-chief").body().lines())
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).startsWith("{\"id\":"));
    assertThat(send("GET", "/api/v1/audit?from=yesterday", "token-of-the-chief").statusCode())
        .isEqualTo(400);
  }

  @Test
  void aCellIsNoFormulaAndNoSecondCell() {
    assertThat(AuditRoutes.cell("=cmd|' /C calc'!A0")).startsWith("'=");
    assertThat(AuditRoutes.cell("a,b\r\n\"c\"")).isEqualTo("\"a,b\r\n\"\"c\"\"\"");
    assertThat(AuditRoutes.cell("-1\nx")).isEqualTo("\"'-1\nx\"");
  }

  @Test
  void aRequestsIdIsTheClientsIfItIsOne() throws Exception {
    assertThat(
            send("GET", "/api/v1/jobs", "token-to-operate", "X-Request-Id", "run-7")
                .headers()
                .firstValue("X-Request-Id"))
        .contains("run-7");
    assertThat(
            send("GET", "/api/v1/jobs", "token-to-operate", "X-Request-Id", "a b\"c")
                .headers()
                .firstValue("X-Request-Id")
                .orElseThrow())
        .matches("[a-z0-9]{16}");
  }

  @Test
  void linesInAPathBecomeNoHeaders() throws Exception {
    HttpResponse<String> answer =
        send("POST", "/api/v1/jobs/x%0d%0aSet-Cookie:%20a=b/cancel", "token-to-operate");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().map()).doesNotContainKey("set-cookie");
    assertThat(last().subject()).contains("Set-Cookie");
  }
}
