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
}
