package refinery.scheduling;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what the scheduler does while it runs on this node. One per actor system, whatever number
 * of lives the scheduler has here. Thread-safe.
 */
public final class SchedulerMeters {
  private final Timer passes;
  private final Timer ages;
  private final AtomicInteger mailbox = new AtomicInteger();
  private final Map<Dimension, Counter> refusals = new EnumMap<>(Dimension.class);

  public SchedulerMeters(MeterRegistry registry) {
    passes =
        Timer.builder("refinery.placement")
            .description("Time of one pass over the queue")
            .serviceLevelObjectives(
                Duration.ofMillis(1),
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(1))
            .register(registry);
    ages =
        Timer.builder("refinery.queue.age")
            .description("How long jobs were queued when they were placed")
            .serviceLevelObjectives(
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                Duration.ofHours(1),
                Duration.ofHours(6),
                Duration.ofDays(1),
                Duration.ofDays(7))
            .register(registry);
    Gauge.builder("refinery.scheduler.mailbox", mailbox, AtomicInteger::get)
        .description("Messages that wait for the scheduler")
        .strongReference(true)
        .register(registry);
    for (Dimension dimension : Dimension.values()) {
      refusals.put(
          dimension,
          Counter.builder("refinery.placement.refusals")
              .description("Times that the head of the queue came to fit no node, by what lacked")
              .tag("dimension", dimension.word())
              .register(registry));
    }
  }

  void passed(long nanos, List<Lease> placed, Map<Dimension, Integer> refused, Instant now) {
    passes.record(nanos, TimeUnit.NANOSECONDS);
    for (Lease lease : placed) {
      Duration age = Duration.between(lease.ticket().queuedAt(), now);
      ages.record(age.isNegative() ? Duration.ZERO : age);
    }
    refused.forEach((dimension, count) -> refusals.get(dimension).increment(count));
  }

  /** So many messages wait now. */
  void waiting(int messages) {
    mailbox.set(messages);
  }
}
