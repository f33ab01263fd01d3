package refinery.archive;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Spaces the requests to each host by a token bucket that holds one second's worth of requests.
 * Thread-safe; it only computes delays, and the caller waits.
 */
final class HostPacer {
  private final long intervalNanos;
  private final long burstNanos;
  private final Map<String, Long> nextFree = new HashMap<>();

  HostPacer(int requestsPerSecond) {
    this.intervalNanos = Duration.ofSeconds(1).toNanos() / requestsPerSecond;
    this.burstNanos = Duration.ofSeconds(1).toNanos() - intervalNanos;
  }

  /** Takes the host's next slot and returns how long the caller must wait for it. */
  synchronized Duration reserve(String host, long nowNanos) {
    long earliest = nowNanos - burstNanos;
    long slot = Math.max(nextFree.getOrDefault(host, earliest), earliest);
    nextFree.put(host, slot + intervalNanos);
    return Duration.ofNanos(Math.max(0, slot - nowNanos));
  }
}
