package refinery.agent;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import refinery.protocol.job.JobKind;

/**
 * Makes downloads give way to processing. A download reserves no CPU, because a long one hardly
 * uses any; but many short ones in a row use it all and slow down the tools that run. So while
 * every core is reserved, downloads begin one by one with a pause between them. As soon as a core
 * is free nobody waits, so that no core stays idle. Thread-safe.
 */
final class Courtesy {
  private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
  private static final long CORE = 1_000;

  private final long pauseNanos;
  private final long capacity;
  private final AtomicLong reserved = new AtomicLong();
  private final AtomicLong nextTurn = new AtomicLong(System.nanoTime());

  /**
   * @param pause between two downloads on a node with one core; divided by the number of cores
   * @param capacity millicores of the node
   */
  Courtesy(Duration pause, long capacity) {
    this.capacity = capacity;
    pauseNanos = pause.toNanos() / Math.max(1, capacity / CORE);
  }

  /** Counts the cores that the attempt has reserved. */
  void begins(RunningAttempt attempt) {
    reserved.addAndGet(attempt.reserved().cpu());
  }

  /** Gives back the cores that the attempt had reserved. */
  void ends(RunningAttempt attempt) {
    reserved.addAndGet(-attempt.reserved().cpu());
  }

  /**
   * Blocks a download until its turn. Returns at once for other kinds of work, and early when a
   * core gets free or the attempt is stopped.
   */
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

  /** Takes the next turn and returns its time: now, if the last turn is long past. */
  private long turn(long now) {
    long kept = nextTurn.getAndUpdate(next -> later(next, now) + pauseNanos);
    return later(kept, now);
  }

  private static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }
}
