package refinery.hosts;

import java.util.Arrays;

/**
 * Bytes a second over a sliding window, kept in a ring of equal parts of it. Times are milliseconds
 * of one clock; when it is set back, the ring begins anew. Not thread-safe.
 */
final class Rate {
  private final long part;
  private final long[] ring;
  private long newest = Long.MIN_VALUE;
  private long first = Long.MAX_VALUE;

  /**
   * @param parts of the window, the newest of which is not over yet
   */
  Rate(long windowMillis, int parts) {
    this.part = Math.max(1, windowMillis / parts);
    this.ring = new long[parts];
  }

  void add(long bytes, long millis) {
    advance(millis);
    first = Math.min(first, millis);
    ring[place(newest)] += bytes;
  }

  /** Over the whole window; over the time since the first byte, but a second at least, if less. */
  long perSecond(long millis) {
    if (newest == Long.MIN_VALUE) {
      return 0;
    }
    advance(millis);
    long sum = 0;
    for (long bytes : ring) {
      sum += bytes;
    }
    long window = (ring.length - 1) * part + (millis - newest * part);
    long known = Math.max(1000, Math.min(window, millis - first));
    return sum * 1000 / known;
  }

  private void advance(long millis) {
    long now = Math.floorDiv(millis, part);
    if (newest == Long.MIN_VALUE || now < newest || now - newest >= ring.length) {
      first = now < newest ? millis : Math.min(first, millis);
      Arrays.fill(ring, 0);
      newest = now;
    }
    while (newest < now) {
      ring[place(++newest)] = 0;
    }
  }

  private int place(long number) {
    return Math.floorMod(number, ring.length);
  }
}
