package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.Resources;

/** A tool's threads are whole, so what the shipped pipelines reserve of the cores is, too. */
class WholeThreadsTest {
  private final PipelineCatalog catalog =
      new PipelineCatalog(PipelineRegistry.load(Optional.empty()), InstantSource.system());

  /** They have no option for threads. */
  private static final Set<String> SINGLE = Set.of("kallisto index", "kallisto inspect");

  @Test
  void everyToolIsToldHowManyAndNeverMoreThanIsReserved() {
    PipelineRegistry registry = PipelineRegistry.load(Optional.empty());
    int told = 0;
    for (String name : registry.names()) {
      for (Pipeline.Step step : registry.find(name).orElseThrow().steps()) {
        if (step.tool().isPresent() && step.action() instanceof Pipeline.Action.Command command) {
          List<String> words = command.arguments();
          String what = words.get(0) + " " + words.get(1);
          if (!SINGLE.contains(what)) {
            assertThat(words).as(name + " " + step.name()).contains("${threads}");
            told++;
          }
        }
      }
    }
    assertThat(told).isGreaterThanOrEqualTo(6);
    for (long cpu : List.of(1L, 50L, 999L, 1000L, 1001L, 1999L)) {
      assertThat(PipelineRun.reserved(Resources.of(cpu, 0, 0))).containsEntry("threads", "1");
    }
    assertThat(PipelineRun.reserved(Resources.of(2999, 0, 0))).containsEntry("threads", "2");
  }

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
