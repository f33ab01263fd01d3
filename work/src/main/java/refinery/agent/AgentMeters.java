package refinery.agent;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.function.ToDoubleFunction;
import refinery.protocol.Resources;

/**
 * Shows what this node has, what is reserved of it, and what is used, as of the last heartbeat. Of
 * memory and disk the attempts' use counts, of cpu the whole machine's. One per actor system.
 * Thread-safe.
 */
public final class AgentMeters {
  private static final double MILLICORES = 1000;

  private volatile Look last = new Look(Resources.NONE, Resources.NONE, 0, 0, 0);

  private record Look(
      Resources capacity, Resources reserved, double cpu, long memory, long scratch) {}

  public AgentMeters(MeterRegistry registry) {
    gauge(registry, "cpu.capacity", "cores", look -> look.capacity().cpu() / MILLICORES);
    gauge(registry, "cpu.reserved", "cores", look -> look.reserved().cpu() / MILLICORES);
    gauge(registry, "cpu.used", "cores", Look::cpu);
    gauge(registry, "ram.capacity", "bytes", look -> look.capacity().memory());
    gauge(registry, "ram.reserved", "bytes", look -> look.reserved().memory());
    gauge(registry, "ram.used", "bytes", Look::memory);
    gauge(registry, "disk.capacity", "bytes", look -> look.capacity().disk());
    gauge(registry, "disk.reserved", "bytes", look -> look.reserved().disk());
    gauge(registry, "disk.used", "bytes", Look::scratch);
  }

  private void gauge(
      MeterRegistry registry, String name, String unit, ToDoubleFunction<Look> value) {
    Gauge.builder("refinery.node." + name, this, meters -> value.applyAsDouble(meters.last))
        .description("This node's " + name.replace('.', ' '))
        .baseUnit(unit)
        .strongReference(true)
        .register(registry);
  }

  void looked(Resources capacity, Resources reserved, Collection<Executor.Execution> running) {
    long memory = 0;
    long scratch = 0;
    for (Executor.Execution execution : running) {
      Executor.Vitals vitals = execution.vitals();
      memory += vitals.memory();
      scratch += vitals.scratch();
    }
    last = new Look(capacity, reserved, machine(), memory, scratch);
  }

  /** Busy cores of this machine. */
  private static double machine() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? Math.max(0, system.getCpuLoad()) * system.getAvailableProcessors()
        : 0;
  }
}
