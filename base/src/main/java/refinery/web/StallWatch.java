package refinery.web;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes response bodies whose bytes stop coming, because a blocked read has no time-out of its
 * own, and those that take too long in all. The reader then gets an {@link IOException} with the
 * reason. One daemon thread checks all bodies. Thread-safe.
 */
public final class StallWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StallWatch.class);

  private final long limitNanos;
  private final long totalNanos;
  private final Set<Watched> bodies = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("stall-watch").factory());

  /**
   * @param limit the longest time between two reads that bring bytes
   * @param total the longest time for a whole body
   */
  public StallWatch(Duration limit, Duration total) {
    this.limitNanos = limit.toNanos();
    this.totalNanos = total.toNanos();
    long period =
        Math.max(TimeUnit.MILLISECONDS.toNanos(10), Math.min(limitNanos, totalNanos) / 10);
    var unused = clock.scheduleWithFixedDelay(this::check, period, period, TimeUnit.NANOSECONDS);
  }

  /**
   * Watches this body until it is closed. The caller reads and closes the returned stream instead.
   */
  public InputStream watch(InputStream body) {
    Watched watched = new Watched(body);
    bodies.add(watched);
    return watched;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private void check() {
    long now = System.nanoTime();
    for (Watched body : bodies) {
      if (now - body.lastByte > limitNanos) {
        body.giveUp("the answer's bytes stopped coming");
      } else if (now - body.began > totalNanos) {
        body.giveUp(
            "the answer was not complete in " + Duration.ofNanos(totalNanos).toSeconds() + " s");
      }
    }
  }

  private final class Watched extends FilterInputStream {
    private final long began = System.nanoTime();
    private volatile long lastByte = began;
    private volatile Optional<String> givenUp = Optional.empty();

    Watched(InputStream body) {
      super(body);
    }

    void giveUp(String reason) {
      givenUp = Optional.of(reason);
      try {
        close();
      } catch (IOException e) {
        LOG.debug("closing a stalled answer: {}", e.getMessage());
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count;
      try {
        count = super.read(buffer, offset, length);
      } catch (IOException e) {
        throw givenUp.isPresent() ? new IOException(givenUp.get(), e) : e;
      }
      if (givenUp.isPresent()) {
        throw new IOException(givenUp.get());
      }
      lastByte = System.nanoTime();
      return count;
    }

    @Override
    public void close() throws IOException {
      bodies.remove(this);
      super.close();
    }
  }
}
