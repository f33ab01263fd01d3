package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.http.access.AuthConfig;
import refinery.http.connections.ConnectionLimits;
import refinery.http.connections.RequestPace;
import refinery.http.crate.Payload;

class HttpConfigTest {
  private static HttpConfig read(String overrides) {
    Config shipped = ConfigFactory.parseFile(new File("../conf/http.conf"));
    return HttpConfig.from(ConfigFactory.parseString(overrides).withFallback(shipped).resolve());
  }

  @Test
  void theDefaultsServeThisMachineOnly() {
    assertThat(read(""))
        .isEqualTo(
            new HttpConfig(
                "127.0.0.1",
                8080,
                new AuthConfig(
                    List.of(),
                    Optional.empty(),
                    Duration.ofHours(12),
                    10,
                    List.of(),
                    Optional.empty()),
                1 << 20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofMillis(500),
                new ConnectionLimits(1000, 500, Duration.ofSeconds(10), Duration.ofSeconds(60)),
                new Guard.Limits(new RequestPace.Limits(200, 2000, false), 100),
                new HttpConfig.Events(
                    Duration.ofMillis(250), Duration.ofSeconds(15), 200, 2000, 16 << 10),
                new Payload.Limits(4 << 20, 64 << 20)));
  }

  @Test
  void aManagementEndpointThatOthersReachNeedsATokenToo() {
    String key = "akka.management.http.hostname";
    assertThatThrownBy(() -> read("").at("0.0.0.0", key))
        .hasMessageContaining("refinery.http.auth.tokens is empty")
        .hasMessageContaining(key + " is 0.0.0.0");
    assertThat(read("").at("127.0.0.2", key).host()).isEqualTo("127.0.0.2");
    assertThat(read("refinery.http.auth.tokens=[a-good-token]").at("0.0.0.0", key).host())
        .isEqualTo("0.0.0.0");
  }

  @ParameterizedTest
  @CsvSource({
    "host=0.0.0.0,refinery.http.auth.tokens",
    "port=70000,refinery.http.port",
    "auth.tokens=[short],refinery.http.auth.tokens",
    "auth.tokens=[1],refinery.http.auth.tokens",
    "auth.tokens=[{name=ci}],sha256",
    "auth.tokens=[{sha256=00}],name",
    "auth.tokens=[{name=ci;sha256=00}],64 hexadecimal",
    "auth.tokens=[{name=a b;sha256=00}],names nobody",
    "auth.tokens=[{name=token-2;sha256=@};long-enough-1],token-2",
    "auth.tokens=[{name=ci;sha256=@;scope=none}],scope",
    "auth.tokens=[{name=ci;sha256=@;right=read}],right",
    "auth.tokens-file=/does/not/exist,refinery.http.auth.tokens-file",
    "auth.session=0s,refinery.http.auth.session",
    "auth.login-failures=0,refinery.http.auth.login-failures",
    "hosts=[\"http://x\"],refinery.http.hosts",
    "auth.oidc.issuer=\"http://login.example.org\",refinery.http.auth.oidc.issuer",
    "auth.oidc.issuer=\"https://login.example.org\",refinery.http.auth.oidc.audience",
    "auth.oidc={issuer:\"https://login.example.org\";audience=a;algorithms=[HS256]},refinery.http.auth.oidc.algorithms",
    "max-body=0,refinery.http.max-body",
    "events.max-readers=0,refinery.http.events.max-readers",
    "ask-timeout=0s,refinery.http.ask-timeout",
    "connections.most=0,refinery.http.connections.most",
    "connections.most=2000000000,refinery.http.connections.most",
    "connections.most=499,refinery.http.connections.most-per-client",
    "connections.first-request=0s,refinery.http.connections.first-request",
    "connections.next-request=-1s,refinery.http.connections.next-request",
    "requests.per-second=0,refinery.http.requests.per-second",
    "requests.burst=-1,refinery.http.requests.burst",
    "requests.streams=0,refinery.http.requests.streams",
    "crate.largest-file=0,refinery.http.crate.largest-file",
    "crate.largest-crate=0,refinery.http.crate.largest-crate",
  })
  void aWrongValueIsNamedByItsKeyInOneLine(String override, String key) {
    String text = override.replace(';', ',').replace("@", "\"" + "0".repeat(64) + "\"");
    assertThatThrownBy(() -> read("refinery.http." + text))
        .hasMessageContaining("refinery.http.")
        .hasMessageContaining(key)
        .satisfies(error -> assertThat(error.getMessage()).doesNotContain("\n"));
  }

  @Test
  void aTokenOpensTheNetwork() {
    assertThat(read("refinery.http { host = 0.0.0.0, auth.tokens = [long-enough-1] }").host())
        .isEqualTo("0.0.0.0");
  }

  @Test
  void aTokenIsCalledByItsNameOrItsPlace() {
    String sha256 = "AB".repeat(32);
    HttpConfig config =
        read("refinery.http.auth.tokens = [long-enough-1, {name = ci, sha256 = " + sha256 + "}]");
    assertThat(config.auth().tokens())
        .extracting(token -> token.actor().name())
        .containsExactly("token-1", "ci");
    assertThat(config.toString()).doesNotContain("long-enough-1").doesNotContain("ab".repeat(32));
  }
}
