package refinery.agent;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import refinery.protocol.job.JobKind;

/**
 * Downloads give way to processing. They reserve no cpu, since a long one hardly takes any; many
 * short ones in a row take all there is, and tools that run meanwhile wait for it. So while every
 * core is reserved, downloads begin one after the other with a pause between them. A core that is
 * free ends the waiting, and so the cores are never without work for it. Thread-safe.
 */
final class Courtesy {
  private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
  private static final long CORE = 1_000;

  private final long pauseNanos;
  private final long capacity;
  private final AtomicLong reserved = new AtomicLong();
  private final AtomicLong nextTurn = new AtomicLong(System.nanoTime());

  /**
   * @param pause between two beginnings on a node with one core; on more it is as much shorter
   * @param capacity millicores of the node
   */
  Courtesy(Duration pause, long capacity) {
    this.capacity = capacity;
    pauseNanos = pause.toNanos() / Math.max(1, capacity / CORE);
  }

  void begins(RunningAttempt attempt) {
    reserved.addAndGet(attempt.reserved().cpu());
  }

  void ends(RunningAttempt attempt) {
    reserved.addAndGet(-attempt.reserved().cpu());
  }

  /** Blocks; ends early when a core gets free or the attempt is stopped. */
  void giveWay(RunningAttempt attempt) {
    if (attempt.spec().kind() != JobKind.DOWNLOAD || !isFull()) {
      return;
    }
    long turn = turn(System.nanoTime());
    while (isFull() && !attempt.isStopped() && turn - System.nanoTime() > 0) {
      LockSupport.parkNanos(Math.min(LOOK_NANOS, turn - System.nanoTime()));
    }
  }

  private boolean isFull() {
    return reserved.get() > Math.max(0, capacity - CORE);
  }

  /** When this one may begin; what nobody waited for lately is now. */
  private long turn(long now) {
    long kept = nextTurn.getAndUpdate(next -> later(next, now) + pauseNanos);
    return later(kept, now);
  }

  private static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }
}
