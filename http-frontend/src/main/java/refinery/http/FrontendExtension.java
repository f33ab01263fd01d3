package refinery.http;

import akka.actor.AbstractExtensionId;
import akka.actor.ClassicActorSystemProvider;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Hands the services to the management routes, which Akka makes by reflection. One per actor
 * system. Thread-safe; empty until the node has called {@link #provide}.
 */
public final class FrontendExtension implements Extension {
  private static final Id ID = new Id();

  /** What the node provides. */
  public record Provided(FrontendServices services, HttpConfig config) {}

  private final AtomicReference<Optional<Provided>> provided =
      new AtomicReference<>(Optional.empty());
  private final Meters meters = new Meters();

  private FrontendExtension() {}

  public static FrontendExtension get(ClassicActorSystemProvider system) {
    return ID.get(system);
  }

  public void provide(FrontendServices services, HttpConfig config) {
    provided.set(Optional.of(new Provided(services, config)));
  }

  public Optional<Provided> provided() {
    return provided.get();
  }

  public Meters meters() {
    return meters;
  }

  private static final class Id extends AbstractExtensionId<FrontendExtension> {
    @Override
    public FrontendExtension createExtension(ExtendedActorSystem system) {
      return new FrontendExtension();
    }
  }
}
