package refinery.memory;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * About half of the heap, which steps share that keep much in it: what one takes the others wait
 * for, in the order in which they asked. The other half is the node's. Thread-safe.
 */
public final class HeapRoom {
  /** That of this process. */
  public static final HeapRoom SHARED = new HeapRoom(Runtime.getRuntime().maxMemory());

  private final long limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Who waits, the first first; a large demand is not passed by small ones. Under the lock. */
  private final Deque<Share> queue = new ArrayDeque<>();

  /** Bytes. Under the lock. */
  private long free;

  /**
   * @param heap the largest that the heap may be, in bytes
   */
  public HeapRoom(long heap) {
    limit = limit(heap);
    free = limit;
  }

  /** Bytes of a heap that are shared. */
  public static long limit(long heap) {
    return Math.max(1L << 20, heap / 2);
  }

  /** Why so much can never be had, in words; empty if it can. */
  public static Optional<String> refusal(long bytes, long limit) {
    return bytes <= limit
        ? Optional.empty()
        : Optional.of(
            "needs about %,d MiB of heap, and half of this node's heap is %,d MiB"
                .formatted(bytes >> 20, limit >> 20));
  }

  /** Runs now and then while something waits; what it throws ends the waiting. */
  @FunctionalInterface
  public interface Waiting {
    void heed() throws IOException;
  }

  /** Work that needs room for a while. */
  @FunctionalInterface
  public interface Work {
    void run() throws IOException;
  }

  /**
   * Takes room, all of it if there is less than that, and waits for it.
   *
   * @param bytes of heap
   */
  public Share take(long bytes, Waiting waiting) throws IOException, InterruptedException {
    Share share = new Share(Math.min(bytes, limit), waiting);
    acquire(share, share.usual);
    return share;
  }

  private void acquire(Share share, long wanted) throws IOException, InterruptedException {
    change(0, share);
    try {
      while (!granted(share, wanted)) {
        share.waiting.heed();
      }
    } finally {
      lock.lock();
      queue.remove(share);
      changed.signalAll();
      lock.unlock();
    }
    share.taken = wanted;
  }

  /** True if it has what it wants; else after a change, or a second. */
  private boolean granted(Share share, long wanted) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      boolean granted = queue.peekFirst() == share && free >= wanted;
      if (granted) {
        free -= wanted;
      } else {
        changed.await(1, TimeUnit.SECONDS);
      }
      return granted;
    } finally {
      lock.unlock();
    }
  }

  /** Gives room back, and lets somebody wait. */
  private void change(long given, Share... wait) {
    lock.lock();
    try {
      free += given;
      queue.addAll(List.of(wait));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What somebody has taken. For one thread. */
  public final class Share implements AutoCloseable {
    private final long usual;
    private final Waiting waiting;
    private long taken;

    private Share(long usual, Waiting waiting) {
      this.usual = usual;
      this.waiting = waiting;
    }

    /**
     * Does work for which more is taken. While it waits for that it has nothing, so that two who
     * want more do not wait for each other.
     *
     * @param bytes needed for it in all, no more than {@link #limit(long)}
     */
    public void with(long bytes, Work work) throws IOException, InterruptedException {
      long needed = Math.min(bytes, limit);
      if (needed > taken) {
        close();
        acquire(this, needed);
      }
      try {
        work.run();
      } finally {
        change(Math.max(0, taken - usual));
        taken = Math.min(taken, usual);
      }
    }

    @Override
    public void close() {
      change(taken);
      taken = 0;
    }
  }
}
