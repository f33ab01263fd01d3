package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import refinery.protocol.batch.Location;

class TransferMetersTest {

  private static Location at(String archive) {
    return new Location(
        archive, "https://x.example/f", "fastq.gz", OptionalLong.empty(), Optional.empty());
  }

  @Test
  void theNumberOfSeriesIsBoundedWhateverBatchesCallTheirArchives() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    TransferMeters meters = new TransferMeters(registry);
    meters.got(at("ena"), 10);
    meters.got(at("ena"), 5);
    meters.got(at("<script>"), 3);
    meters.stalled();
    meters.fellBack("ena", "ncbi", "transient");
    for (int i = 0; i < 1_000; i++) {
      meters.got(at("archive" + i), 1);
    }
    assertThat(registry.get("refinery.download").tag("source", "ena").counter().count())
        .isEqualTo(15);
    assertThat(registry.get("refinery.download").tag("source", "other").counter().count())
        .isGreaterThan(900);
    assertThat(registry.get("refinery.download").counters()).hasSizeLessThan(40);
    assertThat(registry.get("refinery.download.stalls").counter().count()).isEqualTo(1);
    assertThat(
            registry
                .get("refinery.fallbacks")
                .tags("from", "ena", "to", "ncbi", "cause", "transient")
                .counter()
                .count())
        .isEqualTo(1);
  }
}
