package refinery.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import refinery.http.TestNode;
import refinery.http.access.Issuer.Verdict;
import refinery.protocol.Actor;

/** Tokens of an institute's login, against an issuer on a real socket. */
class IssuerTest {
  private static RSAKey first;
  private static RSAKey second;

  private HttpServer server;
  private String address;
  private volatile List<RSAKey> served;
  private volatile boolean away;
  private final AtomicInteger reads = new AtomicInteger();
  private Issuer issuer;

  @BeforeAll
  static void makeKeys() throws Exception {
    first = new RSAKeyGenerator(2048).keyID("first").generate();
    second = new RSAKeyGenerator(2048).keyID("second").generate();
  }

  @BeforeEach
  void start() throws Exception {
    served = List.of(first);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    address = "http://127.0.0.1:" + server.getAddress().getPort();
    server.createContext(
        "/.well-known/openid-configuration",
        exchange ->
            answer(
                exchange,
                "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}".formatted(address, address)));
    server.createContext(
        "/keys",
        exchange -> {
          reads.incrementAndGet();
          answer(exchange, new JWKSet(List.copyOf(served)).toPublicJWKSet().toString());
        });
    server.start();
    issuer = new Issuer(config(address));
  }

  private void answer(com.sun.net.httpserver.HttpExchange exchange, String text)
      throws java.io.IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(away ? 503 : 200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static OidcConfig config(String address) {
    return OidcConfig.from(
            ConfigFactory.parseString(
                    "refinery.http.auth.oidc { issuer = \"%s\", audience = refinery }"
                        .formatted(address))
                .withFallback(ConfigFactory.parseFile(new File("../conf/http.conf")))
                .resolve()
                .getConfig("refinery.http"))
        .orElseThrow();
  }

  @AfterEach
  void stop() {
    issuer.close();
    server.stop(0);
  }

  private JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(address)
        .audience("refinery")
        .subject("ann")
        .claim("scope", "openid refinery.read refinery.operate")
        .expirationTime(Date.from(Instant.now().plusSeconds(600)));
  }

  private static String signed(RSAKey key, JWTClaimsSet claims) throws Exception {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
    token.sign(new RSASSASigner(key));
    return token.serialize();
  }

  private Verdict judge(String token) throws Exception {
    return issuer.judge(token).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private void refused(String token) throws Exception {
    assertThat(judge(token)).isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void aTokenNamesItsActorAndHisScope() throws Exception {
    assertThat(judge(signed(first, claims().build())))
        .isInstanceOfSatisfying(
            Verdict.Accepted.class,
            accepted -> {
              assertThat(accepted.caller().actor()).isEqualTo(new Actor("ann"));
              assertThat(accepted.caller().scope()).isEqualTo(Scope.OPERATE);
              assertThat(accepted.caller().until())
                  .isBetween(Instant.now().plusSeconds(600), Instant.now().plusSeconds(661));
            });
    judge(signed(first, claims().build()));
    assertThat(reads).hasValue(1);
  }

  @Test
  void whatIsForOthersOrOldIsRefused() throws Exception {
    refused(signed(first, claims().issuer("https://evil.example").build()));
    refused(signed(first, claims().audience("another").build()));
    refused(signed(first, claims().audience(List.of()).build()));
    refused(
        signed(first, claims().expirationTime(Date.from(Instant.now().minusSeconds(120))).build()));
    refused(signed(first, claims().expirationTime(null).build()));
    refused(
        signed(first, claims().notBeforeTime(Date.from(Instant.now().plusSeconds(120))).build()));
    refused(signed(first, claims().claim("scope", "openid").build()));
    refused(signed(first, claims().subject("two words").build()));
    refused(signed(first, claims().subject(null).build()));
  }

  @Test
  void aClockThatIsAMinuteOffIsForgiven() throws Exception {
    assertThat(
            judge(
                signed(
                    first,
                    claims().expirationTime(Date.from(Instant.now().minusSeconds(20))).build())))
        .isInstanceOf(Verdict.Accepted.class);
  }

  @Test
  void noSignatureAndSignaturesOfOthersAreRefused() throws Exception {
    refused(new PlainJWT(claims().build()).serialize());
    refused(signed(second, claims().build()));
    RSAKey forged = new RSAKeyGenerator(2048).keyID("first").generate();
    refused(signed(forged, claims().build()));
    SignedJWT shared = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims().build());
    shared.sign(new MACSigner(first.toRSAPublicKey().getEncoded()));
    refused(shared.serialize());
    SignedJWT curve =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("first").build(), claims().build());
    curve.sign(new ECDSASigner(new ECKeyGenerator(Curve.P_256).generate()));
    refused(curve.serialize());
    String good = signed(first, claims().build());
    refused(good.substring(0, good.lastIndexOf('.') + 1));
    refused("a.b.c");
  }

  @Test
  void aNewKeyIsFetchedWhenATokenNamesIt() throws Exception {
    assertThat(judge(signed(first, claims().build()))).isInstanceOf(Verdict.Accepted.class);
    served = List.of(second);
    assertThat(judge(signed(second, claims().build()))).isInstanceOf(Verdict.Accepted.class);
    refused(signed(first, claims().build()));
  }

  @Test
  void unknownKeysDoNotMakeItAskForEachToken() throws Exception {
    judge(signed(first, claims().build()));
    for (int i = 0; i < 20; i++) {
      judge(signed(new RSAKey.Builder(second).keyID("unknown-" + i).build(), claims().build()));
    }
    assertThat(reads.get()).isLessThanOrEqualTo(4);
  }

  @Test
  void anIssuerThatIsAwayIsNoReasonToSayTheTokenIsWrong() throws Exception {
    away = true;
    assertThat(judge(signed(first, claims().build()))).isInstanceOf(Verdict.Away.class);
    away = false;
    assertThat(judge(signed(first, claims().build()))).isInstanceOf(Verdict.Accepted.class);
    away = true;
    assertThat(judge(signed(first, claims().build()))).isInstanceOf(Verdict.Accepted.class);
  }

  private static int status(TestNode node, String header, String value) throws Exception {
    return node.send(node.request("/api/v1/jobs").header(header, value)).statusCode();
  }

  private static HttpResponse<String> signIn(TestNode node, String token) throws Exception {
    return node.send(
        node.request("/api/v1/session")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"token\":\"" + token + "\"}")));
  }

  @Test
  void itsTokensOpenTheApiAndTheDashboard() throws Exception {
    String settings =
        "refinery.http.auth { oidc { issuer = \"%s\", audience = refinery }, tokens = [%s] }"
            .formatted(address, "{name = robot, sha256 = \"" + BearerToken.sha256("own") + "\"}");
    String good = signed(first, claims().build());
    try (TestNode node = new TestNode(settings)) {
      away = true;
      assertThat(status(node, "Authorization", "Bearer " + good)).isEqualTo(503);
      away = false;
      assertThat(status(node, "Authorization", "Bearer " + good)).isEqualTo(200);
      assertThat(status(node, "Authorization", "Bearer own")).isEqualTo(200);
      assertThat(status(node, "Authorization", "Bearer " + signed(second, claims().build())))
          .isEqualTo(401);
      HttpResponse<String> impostor =
          node.send(
              node.request("/api/v1/jobs")
                  .header(
                      "Authorization",
                      "Bearer " + signed(first, claims().subject("robot").build())));
      assertThat(impostor.statusCode()).isEqualTo(401);
      assertThat(impostor.body()).contains("as one of our own tokens is called");
      String audit = "/api/v1/audit";
      assertThat(
              node.send(node.request(audit).header("Authorization", "Bearer " + good)).statusCode())
          .as("its scope is no more than to operate")
          .isEqualTo(403);
      HttpResponse<String> signed = signIn(node, good);
      assertThat(signed.statusCode()).isEqualTo(204);
      String set = signed.headers().firstValue("Set-Cookie").orElseThrow();
      assertThat(Integer.parseInt(set.replaceFirst(".*Max-Age=(\\d+).*", "$1")))
          .as("the session ends with the token")
          .isLessThanOrEqualTo(660);
      String cookie = set.split(";")[0];
      assertThat(status(node, "Cookie", cookie)).isEqualTo(200);
      assertThat(node.send(node.request("/api/v1/session").header("Cookie", cookie)).body())
          .contains("\"ann\"", "\"operate\"");
    }
  }

  @Test
  void anIssuerThatNamesAnotherIsNotTrusted() throws Exception {
    Issuer other = new Issuer(config(address + "/"));
    try {
      assertThat(
              other
                  .judge(signed(first, claims().issuer(address + "/").build()))
                  .toCompletableFuture()
                  .get(60, TimeUnit.SECONDS))
          .isInstanceOf(Verdict.Away.class);
    } finally {
      other.close();
    }
  }
}
