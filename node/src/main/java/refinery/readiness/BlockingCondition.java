package refinery.readiness;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A condition whose look may block. At most one look is under way, on a thread of its own; who asks
 * meanwhile hears of the same one, and nobody waits for longer than the time-out. Thread-safe.
 */
public final class BlockingCondition implements Condition {
  private final Callable<Optional<String>> look;
  private final String what;
  private final Duration timeout;
  private CompletableFuture<Optional<String>> running =
      CompletableFuture.completedFuture(Optional.empty());

  /**
   * @param what is looked at, as in "the database"
   * @param look what it throws is the obstacle, too
   */
  public BlockingCondition(String what, Duration timeout, Callable<Optional<String>> look) {
    this.what = what;
    this.timeout = timeout;
    this.look = look;
  }

  @Override
  public synchronized CompletionStage<Optional<String>> obstacle() {
    if (running.isDone()) {
      CompletableFuture<Optional<String>> begun = new CompletableFuture<>();
      Thread.ofPlatform().daemon().name("readiness").start(() -> begun.complete(seen()));
      running = begun;
    }
    return running
        .copy()
        .completeOnTimeout(
            Optional.of(what + " does not answer in " + timeout.toMillis() + " ms"),
            timeout.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private Optional<String> seen() {
    try {
      return look.call();
    } catch (Exception e) {
      return Optional.of(
          what + ": " + (e.getMessage() == null ? e.toString() : e.getMessage()).strip());
    }
  }
}
