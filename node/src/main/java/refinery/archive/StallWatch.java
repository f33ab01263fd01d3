package refinery.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes bodies whose bytes stopped coming, since a blocked read has no time-out of its own, and
 * refuses bodies beyond a size. One daemon thread for all bodies. Thread-safe.
 */
final class StallWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StallWatch.class);

  private final long limitNanos;
  private final Set<Watched> bodies = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("archive-stall-watch").factory());

  StallWatch(Duration limit) {
    this.limitNanos = limit.toNanos();
    long period = Math.max(TimeUnit.MILLISECONDS.toNanos(10), limitNanos / 10);
    var unused = clock.scheduleWithFixedDelay(this::check, period, period, TimeUnit.NANOSECONDS);
  }

  InputStream watch(InputStream body, long maxBytes) {
    Watched watched = new Watched(body, maxBytes);
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
        body.giveUp();
      }
    }
  }

  private final class Watched extends FilterInputStream {
    private final long maxBytes;
    private long seen;
    private volatile long lastByte = System.nanoTime();
    private volatile boolean stalled;

    Watched(InputStream body, long maxBytes) {
      super(body);
      this.maxBytes = maxBytes;
    }

    void giveUp() {
      stalled = true;
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
        throw stalled ? new IOException("the answer's bytes stopped coming", e) : e;
      }
      if (stalled) {
        throw new IOException("the answer's bytes stopped coming");
      }
      lastByte = System.nanoTime();
      seen += Math.max(0, count);
      if (seen > maxBytes) {
        throw new IOException("the answer is larger than " + maxBytes + " bytes");
      }
      return count;
    }

    @Override
    public void close() throws IOException {
      bodies.remove(this);
      super.close();
    }
  }
}
