package refinery.main;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was opened and must be closed, last opened first. Thread-safe: it may be closed while a node
 * still starts, and what is opened after that is closed at once.
 */
final class Opened implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Opened.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /** Held by who closes, and by who opens what takes its time. */
  private final ReentrantLock turn = new ReentrantLock();

  private boolean closed;

  /**
   * @throws IllegalStateException when the node is to stop
   */
  <T extends AutoCloseable> T add(T part) {
    synchronized (this) {
      if (!closed) {
        parts.push(part);
        return part;
      }
    }
    close(part);
    throw stopped();
  }

  /**
   * Opens a part that takes its time, and that somebody must close once it has begun: who closes
   * all meanwhile waits until it is open, and closes it, too.
   *
   * @throws IllegalStateException when the node is to stop; nothing is opened then
   */
  <T extends AutoCloseable> T open(Callable<T> part) throws Exception {
    turn.lock();
    try {
      if (isClosed()) {
        throw stopped();
      }
      return add(part.call());
    } finally {
      turn.unlock();
    }
  }

  private static IllegalStateException stopped() {
    return new IllegalStateException("the node was stopped while it started");
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized Optional<AutoCloseable> next() {
    closed = true;
    return Optional.ofNullable(parts.poll());
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("while stopping: {}", e.toString());
    }
  }

  /**
   * Returns when all parts are closed, also those that another thread closes: who has closed a node
   * may end the JVM, and must not do so while its database still stops. Idempotent.
   */
  @Override
  public void close() {
    turn.lock();
    try {
      for (Optional<AutoCloseable> part = next(); part.isPresent(); part = next()) {
        close(part.get());
      }
    } finally {
      turn.unlock();
    }
  }
}
