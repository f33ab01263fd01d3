package refinery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.scheduling.Tickets.START;
import static refinery.scheduling.Tickets.needs;
import static refinery.scheduling.Tickets.node;
import static refinery.scheduling.Tickets.ticket;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import refinery.protocol.Resources;

/** What keeps the head of the queue off every node is counted once for each time it comes so. */
class DimensionTest {
  private final Packing packing = new Packing(PackingPolicy.DEFAULT);

  private Map<Dimension, Integer> refused() {
    packing.pass(START, 100);
    return packing.passes.takeRefused();
  }

  private void put(String name, Resources capacity, String refuses) {
    packing.putNode(node(name), List.of("processor"), capacity, refuses);
  }

  @Test
  void theFirstThingOfWhichNoNodeHasEnoughIsNamed() {
    put("a", needs(4, 4, 4), "");
    packing.enqueue(ticket("first", needs(3, 1, 2)), START);
    assertThat(refused()).isEmpty();
    packing.enqueue(ticket("no-cpu", needs(2, 1, 1)), START);
    assertThat(refused()).containsExactly(Map.entry(Dimension.CPU, 1));
    assertThat(refused()).as("it still waits, for the same").isEmpty();
    packing.enqueue(ticket("no-memory", needs(1, 4, 1)), START);
    assertThat(refused()).containsExactly(Map.entry(Dimension.MEMORY, 1));
    packing.enqueue(ticket("no-disk", needs(1, 1, 3)), START);
    assertThat(refused()).containsExactly(Map.entry(Dimension.DISK, 1));
  }

  @Test
  void nodesThatTakeNoWorkAreNamedAsSuch() {
    put("a", needs(4, 4, 4), "is drained");
    packing.enqueue(ticket("one", needs(1, 1, 1)), START);
    assertThat(refused()).containsExactly(Map.entry(Dimension.NODES, 1));
  }

  @Test
  void passesWaitsAndRefusalsAreCounted() {
    put("a", needs(4, 4, 4), "");
    packing.enqueue(ticket("one", needs(1, 1, 1)), START);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    SchedulerMeters meters = new SchedulerMeters(registry);
    meters.passed(
        Duration.ofMillis(3).toNanos(),
        packing.pass(START, 100),
        Map.of(Dimension.CPU, 2, Dimension.TOKENS, 1),
        START.plusSeconds(5));
    meters.waiting(7);
    assertThat(registry.get("refinery.placement").timer().count()).isEqualTo(1);
    assertThat(
            registry
                .get("refinery.queue.age")
                .timer()
                .totalTime(java.util.concurrent.TimeUnit.SECONDS))
        .isEqualTo(5);
    assertThat(registry.get("refinery.scheduler.mailbox").gauge().value()).isEqualTo(7);
    assertThat(
            registry.get("refinery.placement.refusals").tag("dimension", "cpu").counter().count())
        .isEqualTo(2);
  }
}
