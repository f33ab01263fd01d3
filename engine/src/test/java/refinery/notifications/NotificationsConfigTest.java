package refinery.notifications;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.web.Backoff;

class NotificationsConfigTest {
  private static NotificationsConfig config(String overrides) {
    Config all =
        ConfigFactory.parseString("refinery.notifications {" + overrides + "}")
            .withFallback(ConfigFactory.parseResources("notifications.conf"))
            .resolve();
    return NotificationsConfig.from(all.getConfig("refinery"));
  }

  @Test
  void asShippedOnlyTheLogIsTold() {
    NotificationsConfig shipped = config("");
    assertThat(shipped.log()).isTrue();
    assertThat(shipped.webhook()).isEmpty();
    assertThat(shipped.slack()).isEmpty();
    assertThat(shipped.linkPrefix()).isEmpty();
    assertThat(shipped.poll()).isEqualTo(Duration.ofSeconds(2));
    assertThat(shipped.timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(shipped.backoff())
        .isEqualTo(new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5)));
    assertThat(shipped.maxRefusals()).isEqualTo(5);
    assertThat(shipped.pageSize()).isEqualTo(500);
    try (Channels channels = Channels.open(shipped, "1")) {
      assertThat(channels.all()).extracting(Channel::name).containsExactly("log");
    }
  }

  @Test
  void whatIsConfiguredIsToldAndSecretsAreNotPrinted() {
    NotificationsConfig all =
        config(
            """
            log = false
            webhook { url = "https://hooks.example:8443/in/s3cret?key=s3cret", token = s3cret, secret = s3cret }
            slack { url = "https://hooks.slack.example/services/s3cret", at-most-every = 1m }
            """);
    assertThat(all.toString())
        .contains("hooks.example:8443", "hooks.slack.example")
        .doesNotContain("s3cret");
    try (Channels channels = Channels.open(all, "1")) {
      assertThat(channels.all())
          .extracting(Channel::target)
          .containsExactly("hooks.example:8443", "hooks.slack.example");
      assertThat(channels.all().getLast().pace()).isEqualTo(Duration.ofMinutes(1));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "webhook.url;\"ftp://host/s3cret\"",
        "webhook.url;\"http:///s3cret\"",
        "webhook.url;\"https://user:s3cret@host/\"",
        "webhook.url;\"https://ho st/s3cret\"",
        "webhook.token;\"s3cret with blank\"",
        "slack.url;s3cret",
        "slack.at-most-every;0s",
        "link-prefix;\"javascript:alert(1)\"",
        "poll;0s",
        "timeout;-1s",
        "backoff.max;10ms",
        "max-refusals;0",
        "page-size;1001",
      })
  void aWrongValueIsNamedByItsKeyAndNotRepeated(String key, String value) {
    String webhook = key.equals("webhook.token") ? "webhook.url = \"http://host/\"," : "";
    assertThatThrownBy(() -> config(webhook + key + " = " + value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("refinery.notifications." + key)
        .message()
        .doesNotContain("s3cret");
  }
}
