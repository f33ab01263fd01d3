package refinery.metering;

import akka.actor.AbstractExtensionId;
import akka.actor.ClassicActorSystemProvider;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;

/**
 * The meters of one actor system. What is counted before a registry was added is not seen there.
 * Thread-safe.
 */
public final class Metering implements Extension {
  private static final Id ID = new Id();

  private final CompositeMeterRegistry registry = new CompositeMeterRegistry();

  private Metering() {}

  public static Metering get(ClassicActorSystemProvider system) {
    return ID.get(system);
  }

  public MeterRegistry registry() {
    return registry;
  }

  /** From now on everything is counted there too. */
  public void add(MeterRegistry target) {
    registry.add(target);
  }

  private static final class Id extends AbstractExtensionId<Metering> {
    @Override
    public Metering createExtension(ExtendedActorSystem system) {
      return new Metering();
    }
  }
}
