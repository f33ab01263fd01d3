package refinery.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.archive.ScriptedServer.Answer;
import refinery.protocol.FailureClass;

/** An archive may send us to hosts that the configuration names, and nowhere else. */
class RedirectsTest {
  private ScriptedServer archive;
  private ScriptedServer other;

  @BeforeEach
  void start() throws Exception {
    archive = new ScriptedServer();
    other = new ScriptedServer();
    other.always("/secret", Answer.ok("the metadata service's secret"));
    archive.always("/x", Answer.of(302, "").with("Location", other.url() + "/secret"));
  }

  @AfterEach
  void stop() {
    archive.close();
    other.close();
  }

  private Reply<String> get(ArchivesConfig archives) throws InterruptedException {
    try (ArchiveHttp http = Archives.http(archives)) {
      return http.get(
          URI.create(archive.url() + "/x"),
          "text/plain",
          body -> new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void aRedirectInsideTheNetworkIsNotFollowedAndNotQuoted() throws Exception {
    Reply<String> reply = get(Archives.at(archive.url()));
    assertThat(other.requests()).isEmpty();
    assertThat(archive.requests()).hasSize(1);
    assertThat(Reply.failure(reply).failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(Reply.failure(reply).message())
        .contains(archive.url(), URI.create(other.url()).getAuthority())
        .contains("refinery.archives.redirect-hosts")
        .doesNotContain("secret");
  }

  @Test
  void aRedirectToANamedHostIsFollowed() throws Exception {
    String named = URI.create(other.url()).getAuthority();
    ArchivesConfig archives =
        ArchivesConfig.from(
            ConfigFactory.parseMap(
                    Map.of(
                        "refinery.archives.ena.portal",
                        archive.url(),
                        "refinery.archives.redirect-hosts",
                        List.of(named)))
                .withFallback(ConfigFactory.parseResources("archives.conf"))
                .resolve());
    assertThat(get(archives)).isEqualTo(new Reply.Ok<>("the metadata service's secret"));
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.org/x, true",
    "https://a.org:443/x, true",
    "http://a.org/x, false",
    "https://a.org:8443/x, false",
    "https://b.org/x, false",
    "https://a.org.b.org/x, false",
    "https://sub.c.org/x, true",
    "https://c.org/x, false",
    "https://evilc.org/x, false",
    "https://sub.c.org:22/x, false",
    "https://127.0.0.1/x, false",
    "https://127.0.0.2:9000/x, true",
    "https://127.0.0.2:9001/x, false",
    "https://169.254.169.254/x, false",
    "https://10.0.0.1/x, false",
    "https://[::1]/x, false",
    "ftp://a.org/x, false",
    "file:///etc/passwd, false"
  })
  void whereARedirectMayLead(String to, boolean allowed) {
    AllowedHosts hosts =
        AllowedHosts.of(
            AllowedHosts.KEY,
            List.of(URI.create("https://A.org/p"), URI.create("http://127.0.0.2:9000")),
            List.of("*.c.org", "*.0.0.1", "*.169.254"));
    assertThat(hosts.refusal(URI.create("https://a.org/"), URI.create(to)).isEmpty())
        .isEqualTo(allowed);
  }
}
