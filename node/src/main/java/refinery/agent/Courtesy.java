package refinery.agent;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import refinery.protocol.job.JobKind;

/**
 * Downloads give way to processing. They reserve no cpu, since a long one hardly takes any; many
 * short ones in a row take all there is, and tools that run meanwhile wait for it. So a download
 * that finds every core reserved begins a little later, and the cores are never without work: there
 * is no waiting while one of them is free. Thread-safe.
 */
final class Courtesy {
  private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
  private static final long CORE = 1_000;

  private final long longestNanos;
  private final long capacity;
  private final AtomicLong reserved = new AtomicLong();

  /**
   * @param longest that a download waits on a node with one core; on more it is as much shorter
   * @param capacity millicores of the node
   */
  Courtesy(Duration longest, long capacity) {
    this.capacity = capacity;
    longestNanos = longest.toNanos() / Math.max(1, capacity / CORE);
  }

  void begins(RunningAttempt attempt) {
    reserved.addAndGet(attempt.reserved().cpu());
  }

  void ends(RunningAttempt attempt) {
    reserved.addAndGet(-attempt.reserved().cpu());
  }

  /** Blocks; ends early when a core gets free or the attempt is stopped. */
  void giveWay(RunningAttempt attempt) {
    long begin = System.nanoTime();
    while (attempt.spec().kind() == JobKind.DOWNLOAD
        && reserved.get() > Math.max(0, capacity - CORE)
        && !attempt.isStopped()
        && System.nanoTime() - begin < longestNanos) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
