package refinery.http.connections;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often each client may ask: a bucket of {@code burst} requests that fills again by {@code
 * perSecond}. The clients that asked last are remembered, up to {@value #MOST_CLIENTS}; others are
 * as new. Thread-safe.
 */
public final class RequestPace {
  private static final int MOST_CLIENTS = 10_000;
  private static final double NANOS = 1e9;

  /**
   * The limits of one client.
   *
   * @param loopback whether clients of this machine have them, too
   */
  public record Limits(int perSecond, int burst, boolean loopback) {}

  private record Bucket(double left, long at) {}

  private final Limits limits;
  private final Map<Object, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Bucket> eldest) {
          return size() > MOST_CLIENTS;
        }
      };

  public RequestPace(Limits limits) {
    this.limits = limits;
  }

  /**
   * Counts a request.
   *
   * @param now in nanoseconds, of a clock that does not go back
   * @return empty if it may be answered, otherwise how long the client is to wait
   */
  public synchronized Optional<Duration> ask(Object client, long now) {
    Bucket bucket = buckets.getOrDefault(client, new Bucket(limits.burst(), now));
    double filled = (now - bucket.at()) / NANOS * limits.perSecond();
    double left = Math.min(limits.burst(), bucket.left() + Math.max(0, filled));
    boolean admitted = left >= 1;
    buckets.put(client, new Bucket(admitted ? left - 1 : left, now));
    return admitted
        ? Optional.empty()
        : Optional.of(Duration.ofNanos((long) ((1 - left) / limits.perSecond() * NANOS)));
  }

  synchronized int clients() {
    return buckets.size();
  }
}
