package refinery.readiness;

import akka.actor.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Akka Management's way to {@link Readiness}, made by reflection. What is missing is the failure's
 * message, which stands in the answer of {@code /ready}.
 */
public final class ReadinessCheck implements Supplier<CompletionStage<Boolean>> {
  private final Readiness readiness;

  /** As Akka Management calls it. */
  public ReadinessCheck(ActorSystem system) {
    readiness = Readiness.get(Adapter.toTyped(system));
  }

  @Override
  public CompletionStage<Boolean> get() {
    return readiness.obstacles().thenCompose(ReadinessCheck::answer);
  }

  private static CompletionStage<Boolean> answer(List<String> obstacles) {
    return obstacles.isEmpty()
        ? CompletableFuture.completedFuture(true)
        : CompletableFuture.failedFuture(new NotReady(String.join("; ", obstacles)));
  }

  /** Carries the reason; has no stack trace, since it is no fault of the code. */
  private static final class NotReady extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotReady(String reason) {
      super(reason, null, false, false);
    }
  }
}
