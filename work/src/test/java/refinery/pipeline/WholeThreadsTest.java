package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.Resources;

/** A tool's threads are whole, so what the shipped pipelines reserve of the cores is, too. */
class WholeThreadsTest {
  private final PipelineCatalog catalog =
      new PipelineCatalog(PipelineRegistry.load(Optional.empty()), InstantSource.system());

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1_000_000, 16 << 20, 256 << 20, 300 << 20, 1L << 40})
  void everyReservationIsThreads(long input) {
    for (String pipeline : catalog.names()) {
      Resources needs = catalog.resources(pipeline, input, Map.of());
      if (needs.cpu() >= 1000) {
        assertThat(needs.cpu() % 1000).as(pipeline + " at " + input).isZero();
        assertThat(PipelineRun.reserved(needs).get("threads"))
            .isEqualTo(Long.toString(needs.cpu() / 1000));
      }
    }
    assertThat(catalog.resources("salmon-quant", 1_000_000, Map.of()).cpu()).isEqualTo(1000);
  }
}
