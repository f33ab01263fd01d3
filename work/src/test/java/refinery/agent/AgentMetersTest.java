package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import refinery.protocol.Failure;
import refinery.protocol.Resources;

/** What a node shows of itself: what it has, what is reserved, and what its attempts take. */
class AgentMetersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AgentMeters meters = new AgentMeters(registry);

  /** An attempt that takes so much. */
  private record Taking(long memory, long scratch) implements Executor.Execution {
    @Override
    public void stop(Failure why) {}

    @Override
    public CompletionStage<byte[]> readLog(long offset, int limit) {
      return CompletableFuture.completedFuture(new byte[0]);
    }

    @Override
    public Executor.Vitals vitals() {
      return new Executor.Vitals(List.of(), memory, scratch, "");
    }
  }

  private double shown(String name) {
    return registry.get("refinery.node." + name).gauge().value();
  }

  @Test
  void allAttemptsTogetherAreShown() {
    meters.looked(
        Resources.of(4_000, 8_000, 9_000),
        Resources.of(1_500, 3_000, 2_000),
        List.of(new Taking(100, 10), new Taking(200, 20)));
    assertThat(shown("cpu.capacity")).isEqualTo(4);
    assertThat(shown("cpu.reserved")).isEqualTo(1.5);
    assertThat(shown("cpu.used")).isNotNegative();
    assertThat(shown("ram.capacity")).isEqualTo(8_000);
    assertThat(shown("ram.reserved")).isEqualTo(3_000);
    assertThat(shown("ram.used")).isEqualTo(300);
    assertThat(shown("disk.capacity")).isEqualTo(9_000);
    assertThat(shown("disk.reserved")).isEqualTo(2_000);
    assertThat(shown("disk.used")).isEqualTo(30);
    meters.looked(Resources.NONE, Resources.NONE, List.of());
    assertThat(shown("ram.used")).isZero();
  }
}
