package refinery.archive;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting, so that tests need not wait. */
@FunctionalInterface
public interface Pause {
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
