package refinery.archive;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A way to wait, which tests replace by one that does not. */
@FunctionalInterface
public interface Pause {
  /** Waits for this long. */
  void await(Duration duration) throws InterruptedException;

  /** Waits by the clock; ends at once when the thread is interrupted. */
  static Pause real() {
    return duration -> {
      if (!duration.isZero()) {
        boolean never = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
        assert !never;
      }
    };
  }
}
