package refinery.entity;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Counts the entities of one kind on this node: how many are in memory, how long their replay took,
 * and their changes of state. Thread-safe.
 */
public final class EntityMeters<E, S> implements Onlooker<E, S> {
  private static final String NOT_YET = "none";

  private final MeterRegistry registry;
  private final String entity;
  private final Function<S, Optional<String>> stateOf;
  private final AtomicInteger live = new AtomicInteger();
  private final Timer recovery;
  private final Map<Transition, Counter> transitions = new ConcurrentHashMap<>();

  private record Transition(String from, String to) {}

  /**
   * @param entity the kind's word
   * @param stateOf the word of a state; empty when the entity does not exist
   */
  public EntityMeters(
      MeterRegistry registry, String entity, Function<S, Optional<String>> stateOf) {
    this.registry = registry;
    this.entity = entity;
    this.stateOf = stateOf;
    recovery =
        Timer.builder("refinery.recovery")
            .description("Time to replay an entity's events")
            .tag("entity", entity)
            .serviceLevelObjectives(
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10))
            .register(registry);
    Gauge.builder("refinery.shard.entities", live, AtomicInteger::get)
        .description("Entities that are in memory on this node")
        .tag("entity", entity)
        .strongReference(true)
        .register(registry);
  }

  @Override
  public void started() {
    live.incrementAndGet();
  }

  @Override
  public void stopped() {
    live.decrementAndGet();
  }

  @Override
  public void recovered(long nanos) {
    recovery.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void persisted(List<Change<E, S>> changes) {
    for (Change<E, S> change : changes) {
      String from = stateOf.apply(change.before()).orElse(NOT_YET);
      String to = stateOf.apply(change.after()).orElse(NOT_YET);
      if (!from.equals(to)) {
        transitions.computeIfAbsent(new Transition(from, to), this::counter).increment();
      }
    }
  }

  private Counter counter(Transition transition) {
    return Counter.builder("refinery.transitions")
        .description("Changes of state that were persisted")
        .tags("entity", entity, "from", transition.from(), "to", transition.to())
        .register(registry);
  }
}
