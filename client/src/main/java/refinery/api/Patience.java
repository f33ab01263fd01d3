package refinery.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import refinery.web.Backoff;

/**
 * How often a call is tried while the node is away or has no room, with pauses that double and are
 * spread; what the node says of when to come again counts.
 *
 * @param tries at most, in a row
 */
public record Patience(int tries, Backoff pauses) {
  /** About a minute: a node that is restarted is back by then. */
  public static final Patience USUAL =
      new Patience(10, new Backoff(Duration.ofMillis(200), Duration.ofSeconds(15)));

  /** One try. */
  public static final Patience NONE =
      new Patience(1, new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)));

  <T> T call(Supplier<T> call) {
    Tries made = start();
    while (true) {
      try {
        return call.get();
      } catch (NodeUnreachable | ApiProblem e) {
        made.failed(e);
      }
    }
  }

  Tries start() {
    return new Tries();
  }

  /** The tries of one call. */
  final class Tries {
    private int failed;

    /** Pauses, or throws what went wrong if that is no use. */
    void failed(Exception why) {
      failed++;
      boolean passing = !(why instanceof ApiProblem problem) || problem.isPassing();
      if (!passing || failed >= tries || Thread.currentThread().isInterrupted()) {
        switch (why) {
          case RuntimeException unchecked -> throw unchecked;
          case IOException io -> throw new UncheckedIOException(io);
          default -> throw new IllegalStateException(why);
        }
      }
      Duration pause = pauses.delay(failed, ThreadLocalRandom.current().nextDouble());
      Optional<Duration> asked =
          why instanceof ApiProblem problem ? problem.retryAfter() : Optional.empty();
      pause(asked.filter(least -> least.compareTo(pause) > 0).orElse(pause));
    }
  }

  /** Waits; an interrupt ends that and is kept. */
  static void pause(Duration duration) {
    try {
      var unused = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
