package refinery.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
  private static Config load(Map<String, String> sets, Map<String, String> environment) {
    return Configuration.load(Optional.empty(), sets, environment, ConfigFactory.empty());
  }

  @Test
  void shippedDefaultsAreTheContracts() {
    Config config = load(Map.of(), Map.of());
    assertThat(config.getInt("refinery.retry.transient.max-attempts")).isEqualTo(5);
    assertThat(config.getDuration("refinery.retry.transient.max-backoff"))
        .isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void setBeatsEnvironmentBeatsFile(@TempDir Path dir) throws Exception {
    Path file =
        Files.writeString(
            dir.resolve("my.conf"),
            "refinery.retry.transient { max-attempts = 7, min-backoff = 3s }");
    Config config =
        Configuration.load(
            Optional.of(file),
            Map.of("refinery.retry.transient.max-attempts", "9"),
            Map.of(
                "REFINERY_RETRY_TRANSIENT_MAX_ATTEMPTS",
                "8",
                "REFINERY_RETRY_TRANSIENT_MIN_BACKOFF",
                "2s"),
            ConfigFactory.empty());
    assertThat(config.getInt("refinery.retry.transient.max-attempts")).isEqualTo(9);
    assertThat(config.getDuration("refinery.retry.transient.min-backoff"))
        .isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void unknownKeysAndWrongTypesAreNamed() {
    assertThatThrownBy(() -> load(Map.of("refinery.retry.transient.max-atempts", "1"), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("unknown configuration key refinery.retry.transient.max-atempts");
    assertThatThrownBy(
            () -> load(Map.of("refinery.retry.transient.max-attempts", "many"), Map.of()))
        .hasMessageContaining("refinery.retry.transient.max-attempts must be a number");
    assertThatThrownBy(() -> load(Map.of("refinery.retry.transient.max-attempts", "1.5"), Map.of()))
        .hasMessageContaining("refinery.retry.transient.max-attempts must be a whole number");
    assertThatThrownBy(() -> load(Map.of(), Map.of("REFINERY_RETRI", "1")))
        .hasMessageContaining("REFINERY_RETRI");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "refinery.http.auth.tokens | [s3cret-token] | REFINERY_HTTP_AUTH_TOKENS",
        "refinery.http.\"auth\".tokens | [s3cret-token] | REFINERY_HTTP_AUTH_TOKENS",
        "refinery.http.auth | {tokens = [s3cret-token]} | REFINERY_HTTP_AUTH_TOKENS",
        "refinery.notifications.webhook.token | s3cret | REFINERY_NOTIFICATIONS_WEBHOOK_TOKEN",
        "refinery.notifications.webhook.secret | s3cret | REFINERY_NOTIFICATIONS_WEBHOOK_SECRET",
        "refinery.notifications.slack.url | https://h/s3cret | REFINERY_NOTIFICATIONS_SLACK_URL",
        "refinery.storage.s3.endpoint | http://me:s3cret@h | REFINERY_STORAGE_S3_ENDPOINT",
        "slick.db.password | s3cret | --config FILE",
        "akka.remote.artery.ssl.config-ssl-engine.key-store-password | s3cret | --config FILE",
      })
  void aSecretIsNotTakenFromTheCommandLine(String key, String value, String way) {
    assertThatThrownBy(() -> load(Map.of(key, value), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("--set ")
        .hasMessageContaining(way)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret").doesNotContain("\n"));
  }

  @Test
  void aSecretIsTakenFromTheEnvironmentAndAnEmptyOneFromAnywhere() {
    assertThat(
            load(Map.of(), Map.of("REFINERY_HTTP_AUTH_TOKENS", "[s3cret-token]"))
                .getStringList("refinery.http.auth.tokens"))
        .containsExactly("s3cret-token");
    assertThat(
            load(
                    Map.of("refinery.http.auth.tokens", "[]"),
                    Map.of("REFINERY_HTTP_AUTH_TOKENS", "[s3cret-token]"))
                .getStringList("refinery.http.auth.tokens"))
        .isEmpty();
  }

  @Test
  void aSecretOfTheWrongTypeIsNotRepeated() {
    assertThatThrownBy(() -> load(Map.of(), Map.of("REFINERY_HTTP_AUTH_TOKENS", "s3cret-token")))
        .hasMessageContaining("refinery.http.auth.tokens must be a list, not string")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
  }

  @Test
  void everyShippedKeyThatSoundsSecretIsInTheList() {
    assertThat(load(Map.of(), Map.of()).getConfig("refinery").entrySet())
        .map(entry -> "refinery." + entry.getKey())
        .filteredOn(key -> key.matches(".*(password|secret|token).*"))
        .filteredOn(key -> !key.startsWith("refinery.scheduling.tokens"))
        .filteredOn(key -> !key.endsWith("-file"))
        .isNotEmpty()
        .allMatch(SecretKeys::isSecret);
  }
}
