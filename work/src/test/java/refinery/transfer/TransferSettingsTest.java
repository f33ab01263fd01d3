package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.web.RetryAfter;

class TransferSettingsTest {
  private static final Config SHIPPED =
      ConfigFactory.parseResources("transfer.conf")
          .withFallback(ConfigFactory.parseResources("retry.conf"));

  @Test
  void readsTheShippedDefaults() {
    assertThat(TransferSettings.from(SHIPPED))
        .isEqualTo(
            new TransferSettings(
                5,
                Duration.ofSeconds(1),
                Duration.ofMinutes(5),
                Duration.ofSeconds(20),
                Duration.ofSeconds(60),
                1024,
                Duration.ofSeconds(5),
                "refinery",
                Duration.ofMinutes(30),
                Duration.ofHours(24),
                OptionalLong.of(1L << 20)));
  }

  @ParameterizedTest
  @CsvSource({
    "refinery.retry.transient.max-attempts, 0",
    "refinery.retry.transient.max-backoff, 1ms",
    "refinery.transfer.stall-timeout, 0s",
    "refinery.transfer.connect-timeout, 5 apples",
    "refinery.transfer.minimum-speed, -1",
    "refinery.transfer.reads.beginning, 0",
    "refinery.transfer.deadline.at-least, 0s",
    "refinery.transfer.deadline.slowest, 0",
    "refinery.transfer.ranges.above, 0",
    "refinery.transfer.ranges.connections, 0",
    "refinery.transfer.ranges.part, 65 MiB",
    "refinery.transfer.reads.check, some",
    "refinery.transfer.http, 3"
  })
  void namesTheKeyThatIsWrong(String key, String value) {
    Config config = ConfigFactory.parseString(key + " = \"" + value + "\"").withFallback(SHIPPED);
    assertThatThrownBy(() -> TransferSettings.from(config))
        .hasMessageContaining(key.substring(key.lastIndexOf('.') + 1));
  }

  @ParameterizedTest
  @CsvSource({
    "120, 120000",
    "0.5, 500",
    "' 3 ', 3000",
    "soon, ",
    "-1, ",
    "'Mon, 23 Nov 2026 04:00:10 GMT', 10000",
    "'Mon, 23 Nov 2026 03:00:00 GMT', 0"
  })
  void understandsEveryRetryAfter(String header, Long milliseconds) {
    Instant now = Instant.parse("2026-11-23T04:00:00Z");
    assertThat(RetryAfter.parse(header, now).map(Duration::toMillis).orElse(null))
        .isEqualTo(milliseconds);
  }
}
