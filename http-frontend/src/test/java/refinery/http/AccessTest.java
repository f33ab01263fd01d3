package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.http.access.BearerToken;
import refinery.http.access.Caller;
import refinery.http.access.Scope;
import refinery.http.access.Sessions;
import refinery.protocol.Actor;
import refinery.protocol.JobId;
import refinery.protocol.audit.AuditEntry;
import refinery.protocol.job.JobState;

/** Who may do what on a node with tokens: scopes, the dashboard's session, pages of others. */
class AccessTest {
  private static final String READ = "the-token-to-read";
  private static final String OPERATE = "the-token-to-operate";
  private static final String ADMIN = "the-token-to-administrate";
  private static final String CANCEL = "/api/v1/jobs/job-runs/cancel";

  private static TestNode node;
  private static List<BearerToken> all;

  @BeforeAll
  static void start() throws Exception {
    node =
        new TestNode(
            """
            refinery.http {
              hosts = ["refinery.example.org", "*.lab.test"]
              auth.login-failures = 1000
              auth.tokens = [
                {name = reader, sha256 = "%s", scope = read}
                {name = operator, sha256 = "%s", scope = operate}
                {name = chief, sha256 = "%s"}
              ]
            }
            """
                .formatted(
                    BearerToken.sha256(READ),
                    BearerToken.sha256(OPERATE),
                    BearerToken.sha256(ADMIN)));
    all = node.credentials().tokens().current();
  }

  @AfterEach
  void acceptAll() {
    node.credentials().tokens().replace(all);
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  private static HttpResponse<String> send(String method, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request = node.request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return node.send(request.method(method, BodyPublishers.noBody()));
  }

  private static HttpResponse<String> signIn(String token, String... headers) throws Exception {
    HttpRequest.Builder request =
        node.request("/api/v1/session").header("Content-Type", "application/json");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return node.send(request.POST(BodyPublishers.ofString("{\"token\":\"" + token + "\"}")));
  }

  private static String cookie(String token) throws Exception {
    return signIn(token).headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/v1/jobs, 200, 200, 200",
    "GET, /api/v1/nothing-there, 404, 404, 404",
    "GET, /api/v1/session, 200, 200, 200",
    "POST, /api/v1/jobs/job-runs/cancel, 403, 200, 200",
    "POST, /api/v1/nodes/node-a/drain, 403, 200, 200",
    "DELETE, /api/v1/schedules/none, 403, 404, 404",
    "PATCH, /api/v1/schedules/none, 403, 400, 400",
  })
  void aScopeIsEnoughForWhatItNames(String method, String path, int reader, int operator, int admin)
      throws Exception {
    assertThat(send(method, path).statusCode()).isEqualTo(401);
    assertThat(send(method, path, "Authorization", "Bearer " + READ).statusCode())
        .isEqualTo(reader);
    assertThat(send(method, path, "Authorization", "Bearer " + OPERATE).statusCode())
        .isEqualTo(operator);
    assertThat(send(method, path, "Authorization", "bearer  " + ADMIN).statusCode())
        .isEqualTo(admin);
  }

  /** Whatever a route says of itself: only signing in and out is for those who show nothing. */
  @Test
  void everyRouteIsClosedAndWhatChangesThingsNeedsMoreThanToRead() throws Exception {
    Set<String> open = Set.of("POST /api/v1/session", "DELETE /api/v1/session");
    Set<String> admin = Set.of("/api/v1/audit", "/api/v1/audit.csv", "/api/v1/audit.ndjson");
    int before = node.commands().size();
    int closed = 0;
    for (Endpoint endpoint : endpoints()) {
      String route = endpoint.method() + " " + endpoint.template();
      if (open.contains(route)) {
        continue;
      }
      String path = endpoint.template().replaceAll("\\{[^}]*}", "some-1");
      assertThat(send(endpoint.method(), path).statusCode()).as(route).isEqualTo(401);
      boolean reads = endpoint.method().equals("GET");
      if (!reads || admin.contains(endpoint.template())) {
        assertThat(send(endpoint.method(), path, "Authorization", "Bearer " + READ).statusCode())
            .as(route)
            .isEqualTo(403);
      }
      closed++;
    }
    assertThat(closed).isGreaterThan(60);
    assertThat(node.commands()).hasSize(before);
  }

  private static List<Endpoint> endpoints() {
    return HttpFrontend.endpoints(
        node.system, node.services(), node.config, new Access(node.config, node.credentials, true));
  }

  @Test
  void aRefusalSaysWhatIsMissing() throws Exception {
    int before = node.commands().size();
    HttpResponse<String> reader = send("POST", CANCEL, "Authorization", "Bearer " + READ);
    ApiTest.assertProblem(reader, 403);
    assertThat(reader.body()).contains("scope operate", "reader has the scope read");
    assertThat(reader.headers().firstValue("WWW-Authenticate").orElse(""))
        .contains("insufficient_scope", "scope=\"operate\"");
    HttpResponse<String> nobody = send("POST", CANCEL);
    ApiTest.assertProblem(nobody, 401);
    assertThat(nobody.body()).contains("Authorization: Bearer", "refinery login");
    assertThat(node.commands()).hasSize(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic %s",
        "%s",
        "Token %s",
        "Bearer %sx"
      })
  void whatIsNoKnownTokenOpensNothing(String header) throws Exception {
    HttpResponse<String> refused =
        send("GET", "/api/v1/jobs", "Authorization", header.formatted(ADMIN));
    ApiTest.assertProblem(refused, 401);
    assertThat(refused.body()).doesNotContain(ADMIN);
  }

  @Test
  void aWrongTokenIsNotSavedByAGoodCookie() throws Exception {
    assertThat(
            send("GET", "/api/v1/jobs", "Cookie", cookie(READ), "Authorization", "Bearer wrong")
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void aSessionReadsWithItsCookieAlone() throws Exception {
    HttpResponse<String> signed = signIn(OPERATE);
    assertThat(signed.statusCode()).isEqualTo(204);
    assertThat(signed.headers().firstValue("Set-Cookie").orElse(""))
        .contains("; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43")
        .doesNotContain("Secure");
    assertThat(signed.headers().firstValue("Cache-Control")).contains("no-store");
    JsonNode who = TestNode.json(send("GET", "/api/v1/session", "Cookie", cookie(OPERATE)));
    assertThat(who.path("actor").asText()).isEqualTo("operator");
    assertThat(who.path("scope").asText()).isEqualTo("operate");
    assertThat(who.path("required").asBoolean()).isTrue();
    assertThat(send("GET", "/api/v1/jobs", "Cookie", "a=b; " + cookie(READ)).statusCode())
        .isEqualTo(200);
  }

  @Test
  void aBrowserThatComesByTlsKeepsTheCookieToTls() throws Exception {
    assertThat(
            signIn(READ, "Origin", "https://refinery.example.org")
                .headers()
                .firstValue("Set-Cookie")
                .orElse(""))
        .contains("; Secure");
  }

  @Test
  void aSessionChangesThingsOnlyFromAPageOfThisServer() throws Exception {
    String cookie = cookie(OPERATE);
    String own = "http://127.0.0.1:" + node.request("/").build().uri().getPort();
    String page = Access.OWN_REQUEST;
    assertThat(send("POST", CANCEL, "Cookie", cookie, page, "1", "Origin", own).statusCode())
        .isEqualTo(200);
    assertThat(
            send("POST", CANCEL, "Cookie", cookie, page, "1", "Sec-Fetch-Site", "same-origin")
                .statusCode())
        .isEqualTo(200);
    int before = node.commands().size();
    assertThat(send("POST", CANCEL, "Cookie", cookie).statusCode()).isEqualTo(403);
    assertThat(send("POST", CANCEL, "Cookie", cookie, "Origin", own).statusCode()).isEqualTo(403);
    assertThat(send("POST", CANCEL, "Cookie", cookie, page, "1").statusCode()).isEqualTo(403);
    assertThat(
            send("POST", CANCEL, "Cookie", cookie, page, "1", "Sec-Fetch-Site", "same-site")
                .statusCode())
        .isEqualTo(403);
    assertThat(node.commands()).hasSize(before);
  }

  @Test
  void aSessionHasTheScopeOfItsToken() throws Exception {
    ApiTest.assertProblem(
        send(
            "POST",
            CANCEL,
            "Cookie",
            cookie(READ),
            Access.OWN_REQUEST,
            "1",
            "Sec-Fetch-Site",
            "same-origin"),
        403);
  }

  private static CompletableFuture<Long> end(HttpResponse<InputStream> stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (InputStream body = stream.body()) {
            return body.transferTo(java.io.OutputStream.nullOutputStream());
          } catch (java.io.IOException e) {
            return -1L;
          }
        });
  }

  @Test
  void aRevokedTokenEndsItsSessionsAndItsStreams() throws Exception {
    String cookie = cookie(READ);
    HttpResponse<InputStream> stream =
        node.client.send(
            node.request("/api/v1/events").header("Cookie", cookie).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(stream.statusCode()).isEqualTo(200);
    CompletableFuture<Long> end = end(stream);
    node.credentials().tokens().replace(all.subList(1, 3));
    assertThat(send("GET", "/api/v1/jobs", "Cookie", cookie).statusCode()).isEqualTo(401);
    assertThat(send("GET", "/api/v1/jobs", "Authorization", "Bearer " + READ).statusCode())
        .isEqualTo(401);
    end.get(60, TimeUnit.SECONDS);
    node.credentials().tokens().replace(all);
    assertThat(send("GET", "/api/v1/jobs", "Cookie", cookie).statusCode()).isEqualTo(200);
  }

  /** Nothing comes that could be refused, so nothing but the clock can end it. */
  @Test
  void aRevokedTokenFollowsNoSilentLog() throws Exception {
    JobId silent = JobId.of("job-silent-here");
    node.rows.jobs.put(silent, Samples.job(silent, JobState.QUEUED));
    HttpResponse<InputStream> log =
        node.client.send(
            node.request("/api/v1/jobs/" + silent + "/log?follow=true")
                .header("Authorization", "Bearer " + READ)
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(log.statusCode()).isEqualTo(200);
    node.credentials().tokens().replace(all.subList(1, 3));
    assertThat(end(log).get(60, TimeUnit.SECONDS)).as("cut, not complete").isEqualTo(-1);
  }

  @Test
  void aTokenWithAnotherScopeHasItAtOnce() throws Exception {
    BearerToken reader = all.getFirst();
    node.credentials()
        .tokens()
        .replace(List.of(new BearerToken(reader.actor(), Scope.OPERATE, reader.sha256())));
    assertThat(send("POST", CANCEL, "Authorization", "Bearer " + READ).statusCode()).isEqualTo(200);
    assertThat(send("POST", CANCEL, "Authorization", "Bearer " + ADMIN).statusCode())
        .isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"refinery_session=", "refinery_session=a.b", "refinery_session=%s", "x"})
  void aCookieThatIsNotOursOpensNothing(String cookie) throws Exception {
    String good = cookie(ADMIN);
    String changed = good.substring("refinery_session=".length()).replace('.', 'x');
    assertThat(send("GET", "/api/v1/jobs", "Cookie", cookie.formatted(changed)).statusCode())
        .isEqualTo(401);
    String other = good.substring(0, good.length() - 2) + (good.endsWith("AA") ? "BB" : "AA");
    assertThat(send("GET", "/api/v1/jobs", "Cookie", other).statusCode()).isEqualTo(401);
  }

  private static HttpResponse<String> signOut(String cookie) throws Exception {
    return send(
        "DELETE",
        "/api/v1/session",
        "Cookie",
        cookie,
        Access.OWN_REQUEST,
        "1",
        "Sec-Fetch-Site",
        "same-origin");
  }

  private static int reads(String cookie) throws Exception {
    return send("GET", "/api/v1/jobs", "Cookie", cookie).statusCode();
  }

  @Test
  void signingOutEndsTheSessionOfEveryCopyOfTheCookieAndNoOther() throws Exception {
    String copied = cookie(READ);
    String other = cookie(READ);
    HttpResponse<InputStream> stream =
        node.client.send(
            node.request("/api/v1/events").header("Cookie", copied).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(reads(copied)).isEqualTo(200);
    assertThat(signOut(copied).statusCode()).isEqualTo(204);
    assertThat(reads(copied)).isEqualTo(401);
    assertThat(reads(other)).isEqualTo(200);
    assertThat(signOut(copied).statusCode()).isEqualTo(204);
    end(stream).get(60, TimeUnit.SECONDS);
  }

  @Test
  void aSessionThatCannotBeEndedIsSaidToGoOn() throws Exception {
    String cookie = cookie(READ);
    try {
      node.ended.answer = CompletableFuture.failedFuture(new IllegalStateException("away"));
      ApiTest.assertProblem(signOut(cookie), 503);
      node.ended.answer = CompletableFuture.completedFuture(false);
      HttpResponse<String> tooMany = signOut(cookie);
      ApiTest.assertProblem(tooMany, 409);
      assertThat(tooMany.headers().firstValue("Set-Cookie").orElse("")).contains("Max-Age=0");
      assertThat(reads(cookie)).isEqualTo(200);
    } finally {
      node.ended.answer = CompletableFuture.completedFuture(true);
    }
  }

  @Test
  void signingOutTakesTheCookieAway() throws Exception {
    HttpResponse<String> out = signOut(cookie(READ));
    assertThat(out.statusCode()).isEqualTo(204);
    assertThat(out.headers().firstValue("Set-Cookie").orElse(""))
        .startsWith("refinery_session=; ")
        .contains("Max-Age=0");
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, https://evil.example",
    "Origin, null",
    "Origin, http://127.0.0.1:1",
    "Sec-Fetch-Site, cross-site",
    "Sec-Fetch-Site, same-site",
  })
  void aPageOfAnotherServerIsRefusedWhateverItShows(String header, String value) throws Exception {
    int before = node.commands().size();
    for (String method : List.of("GET", "POST")) {
      String path = method.equals("GET") ? "/api/v1/jobs" : CANCEL;
      ApiTest.assertProblem(
          send(method, path, header, value, "Authorization", "Bearer " + ADMIN), 403);
      ApiTest.assertProblem(
          send(method, path, header, value, "Cookie", cookie(ADMIN), Access.OWN_REQUEST, "1"), 403);
    }
    assertThat(signIn(ADMIN, header, value).statusCode()).isEqualTo(403);
    assertThat(node.commands()).hasSize(before);
  }

  @Test
  void aLinkOfAnotherPageLeadsHere() throws Exception {
    String[] link = {
      "Sec-Fetch-Site",
      "cross-site",
      "Sec-Fetch-Mode",
      "navigate",
      "Authorization",
      "Bearer " + READ
    };
    assertThat(send("GET", "/api/v1/jobs", link).statusCode()).isEqualTo(200);
    link[5] = "Bearer " + ADMIN;
    assertThat(send("POST", CANCEL, link).statusCode()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example, 403",
    "evil.example:8080, 403",
    "127.0.0.1.evil.example, 403",
    "localhost.evil.example, 403",
    "lab.test, 403",
    "evillab.test, 403",
    "10.0.0.1, 403",
    "REFINERY.example.org, 200",
    "refinery.example.org:8443, 200",
    "one.lab.test, 200",
    "localhost:1, 200",
    "[::1]:8080, 200",
  })
  void onlyItsOwnNamesAreAnswered(String host, int status) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", node.request("/").build().uri().getPort())) {
      String asked =
          "GET /api/v1/jobs HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
              .formatted(host, ADMIN);
      socket.getOutputStream().write(asked.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 " + status);
    }
  }

  /** As when the issuer was taken out of the configuration while people were signed in. */
  @Test
  void aSessionOfAnIssuersTokenIsNotTakenWhereThereIsNone() throws Exception {
    Caller ann =
        new Caller(
            new Actor("ann"), Scope.ADMIN, Caller.Means.ISSUER, Optional.empty(), Instant.MAX);
    String cookie = Sessions.COOKIE + "=" + node.credentials().sessions().open(ann).value();
    assertThat(reads(cookie)).isEqualTo(401);
  }

  @Test
  void aCommandNeedsNoMoreThanTheScopeToOperate() throws Exception {
    String body = "{\"pipeline\":\"command\",\"command\":[\"/bin/true\"]}";
    for (String token : List.of(READ, OPERATE)) {
      HttpResponse<String> response =
          node.send(
              node.request("/api/v1/jobs")
                  .header("Content-Type", "application/json")
                  .header("Authorization", "Bearer " + token)
                  .POST(BodyPublishers.ofString(body)));
      assertThat(response.statusCode()).isEqualTo(token.equals(READ) ? 403 : 201);
    }
  }

  @Test
  void tokensMayNotVanishWhileTheNodeRuns() {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> node.credentials().tokens().replace(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(node.credentials().tokens().current())
        .extracting(BearerToken::actor)
        .contains(new Actor("chief"));
  }

  @Test
  void whoGuessesIsToldToWait() throws Exception {
    try (TestNode guessed =
        new TestNode("refinery.http.auth { login-failures = 2, tokens = [a-good-token] }")) {
      int[] answers = new int[4];
      for (int i = 0; i < answers.length; i++) {
        String token = i == 3 ? "a-good-token" : "guess-" + i;
        HttpResponse<String> answer =
            guessed.send(
                guessed
                    .request("/api/v1/session")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"token\":\"" + token + "\"}")));
        answers[i] = answer.statusCode();
        assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(i >= 2);
      }
      assertThat(answers).containsExactly(401, 401, 429, 429);
    }
  }

  @Test
  void whoGuessesWithRequestsIsToldToWaitAndWhoIsKnownThereIsNot() throws Exception {
    try (TestNode guessed =
        new TestNode(
            "refinery.http.auth { login-failures = 2, tokens = [a-good-token, another-token] }")) {
      int[] answers = new int[5];
      String[] tokens = {"a-good-token", "guess-1", "guess-2", "another-token", "a-good-token"};
      for (int i = 0; i < answers.length; i++) {
        answers[i] =
            guessed
                .send(
                    guessed.request("/api/v1/jobs").header("Authorization", "Bearer " + tokens[i]))
                .statusCode();
      }
      assertThat(answers).containsExactly(200, 401, 401, 429, 200);
      assertThat(guessed.get("/api/v1/jobs").statusCode()).isEqualTo(401);
      assertThat(guessed.audit.stored)
          .extracting(AuditEntry::status)
          .as("of those that showed nothing there is no trace")
          .containsExactly(401, 401, 429);
    }
  }
}
