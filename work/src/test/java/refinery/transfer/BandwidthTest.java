package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.Node.fixture;
import static refinery.transfer.Node.reads;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.hosts.HostGate;
import refinery.hosts.HostLimits;
import refinery.protocol.job.Outcome;

/** The cap by time of day, with a clock that only waiting moves. */
class BandwidthTest {
  private static final String CAPS =
      """
      refinery.transfer.bandwidth = [
        {from = "08:00", to = "18:00", timezone = "Europe/Berlin", limit = 1 MiB}
        {from = "22:00", to = "02:00", timezone = "Europe/Berlin", limit = 2 MiB}
        {from = "09:00", to = "10:00", timezone = "Europe/Berlin", limit = 512 KiB}
      ]
      """;

  private Instant now = Instant.EPOCH;

  private static Instant berlin(String local) {
    return LocalDateTime.parse(local).atZone(ZoneId.of("Europe/Berlin")).toInstant();
  }

  private Bandwidth bandwidth() {
    return new Bandwidth(
        Bandwidth.caps(ConfigFactory.parseString(CAPS)),
        () -> now,
        waited -> now = now.plus(waited));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-07-01T07:59:00, 0",
    "2026-07-01T08:00:00, 99",
    "2026-07-01T09:30:00, 199",
    "2026-07-01T17:50:00, 99",
    "2026-07-01T18:00:00, 0",
    "2026-07-01T23:59:30, 49",
    "2026-07-02T01:00:00, 49",
    "2026-07-02T02:00:00, 0",
    "2026-12-01T08:00:00, 99"
  })
  void aHundredMebibytesTakeAsLongAsTheCapOfTheHourSays(String local, long seconds)
      throws Exception {
    now = berlin(local);
    Instant began = now;
    Bandwidth bandwidth = bandwidth();
    for (int piece = 0; piece < 1600; piece++) {
      bandwidth.take(1 << 16);
    }
    assertThat(Duration.between(began, now).toSeconds()).isEqualTo(seconds);
  }

  @Test
  void whenACapEndsTheRestIsFree() throws Exception {
    now = berlin("2026-07-01T17:59:00");
    Instant ends = now.plusSeconds(60);
    Bandwidth bandwidth = bandwidth();
    for (int piece = 0; piece < 16_000; piece++) {
      bandwidth.take(1 << 16);
    }
    assertThat(Duration.between(ends, now)).isLessThan(Duration.ofSeconds(1));
  }

  @ParameterizedTest
  @CsvSource({"from, 8 o'clock", "to, 25:00", "timezone, Mars", "limit, 12"})
  void aBadCapNamesItsKey(String key, String value) {
    var config =
        ConfigFactory.parseString(
            "refinery.transfer.bandwidth = [{from = \"08:00\", to = \"09:00\", timezone = UTC,"
                + " limit = 1 MiB, "
                + key
                + " = \""
                + value
                + "\"}]");
    assertThatThrownBy(() -> Bandwidth.caps(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("refinery.transfer.bandwidth[0]." + key);
  }

  @Test
  void asShippedThereIsNoCap() {
    assertThat(Bandwidth.caps(ConfigFactory.parseResources("transfer.conf").resolve())).isEmpty();
  }

  @Test
  void everyByteOfATransferIsTaken(@TempDir Path directory) throws Exception {
    byte[] good = fixture("malformed/good_1.fastq.gz");
    long[] waited = {0};
    Bandwidth capped =
        new Bandwidth(
            Bandwidth.caps(
                ConfigFactory.parseString(
                    "refinery.transfer.bandwidth = [{from = \"00:00\", to = \"00:00\", timezone ="
                        + " UTC, limit = 1 KiB}]")),
            () -> Instant.EPOCH,
            pause -> waited[0] = Math.max(waited[0], pause.toMillis()));
    DownloadRunner.Asking asking =
        new DownloadRunner.Asking(
            HostGate.OPEN, new HostLimits(100, Map.of(), Duration.ofMinutes(1)), capped);
    try (Node node = new Node(directory, Node.settings(1), asking)) {
      node.server.on("/file", file(good));
      assertThat(node.run("R1", List.of(reads("R1.fastq.gz", node.ena("/file", good))), Map.of()))
          .isInstanceOf(Outcome.Succeeded.class);
    }
    assertThat(waited[0]).isBetween(good.length * 1000L / 1024 - 1001, good.length * 1000L / 1024);
  }
}
