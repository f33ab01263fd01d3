package refinery.hosts;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;
import refinery.hosts.HostRanking.Known;

/**
 * How fast this node lately got bytes from each host: a mean in which older transfers count less
 * and less, and which is forgotten after a while, so that a host that was slow is tried again.
 * Nothing is stored. Thread-safe; at most {@value #MOST} hosts.
 */
public final class HostSpeeds {
  /** Bytes of the smallest transfer that says anything of a host's speed. */
  static final long LEAST = 1L << 20;

  static final int MOST = 200;
  static final Duration HALF_LIFE = Duration.ofMinutes(10);
  static final Duration FORGOTTEN = Duration.ofHours(1);

  private final InstantSource clock;
  private final Map<String, Measure> byHost = new HashMap<>();

  public HostSpeeds(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A host as people see it.
   *
   * @param host {@code name:port}
   * @param measuredAt the end of the last transfer that counts
   */
  public record View(String host, long bytesPerSecond, Instant measuredAt) {}

  /** Decayed sums; both times are {@code Instant.MIN} before there are any. */
  private record Measure(double bytes, double seconds, Instant measuredAt, Instant triedAt) {
    static final Measure NONE = new Measure(0, 0, Instant.MIN, Instant.MIN);

    Measure plus(long more, double took, Instant now) {
      double kept =
          measuredAt.equals(Instant.MIN)
              ? 0
              : Math.pow(0.5, (double) age(measuredAt, now).toMillis() / HALF_LIFE.toMillis());
      return new Measure(bytes * kept + more, seconds * kept + took, now, triedAt);
    }

    boolean isMeasured(Instant now) {
      return isRecent(measuredAt, now);
    }

    boolean isTried(Instant now) {
      return isRecent(triedAt, now);
    }

    Instant touchedAt() {
      return measuredAt.isAfter(triedAt) ? measuredAt : triedAt;
    }

    private static boolean isRecent(Instant time, Instant now) {
      return !time.equals(Instant.MIN) && age(time, now).compareTo(FORGOTTEN) < 0;
    }

    private static Duration age(Instant time, Instant now) {
      Duration age = Duration.between(time, now);
      return age.isNegative() ? Duration.ZERO : age;
    }
  }

  /** A transfer got so many bytes of this host in so many nanoseconds; too few do not count. */
  public synchronized void got(String host, long bytes, long nanos) {
    if (bytes >= LEAST) {
      Instant now = clock.instant();
      Measure before = recent(host, now);
      byHost.put(host, before.plus(bytes, Math.max(1, nanos) / 1e9, now));
    }
  }

  /**
   * The order in which places are asked. The first counts as tried now, so that of many transfers
   * that begin at once only one tries a new host.
   *
   * @param host of a place
   * @param away true for the host that may not be asked now
   */
  public synchronized <T> List<T> choose(
      List<T> places, Function<T, String> host, Predicate<String> away) {
    Instant now = clock.instant();
    List<T> ranked = HostRanking.ranked(places, place -> known(host.apply(place), away, now));
    if (!ranked.isEmpty()) {
      String first = host.apply(ranked.getFirst());
      Measure before = recent(first, now);
      byHost.put(first, new Measure(before.bytes(), before.seconds(), before.measuredAt(), now));
    }
    return ranked;
  }

  private Known known(String host, Predicate<String> away, Instant now) {
    Measure measure = byHost.getOrDefault(host, Measure.NONE);
    return new Known(
        measure.isMeasured(now)
            ? OptionalDouble.of(measure.bytes() / measure.seconds())
            : OptionalDouble.empty(),
        measure.isTried(now),
        away.test(host));
  }

  /** What is known of a host that is about to be noted; makes room for it. */
  private Measure recent(String host, Instant now) {
    byHost.values().removeIf(one -> !one.isMeasured(now) && !one.isTried(now));
    if (byHost.size() >= MOST && !byHost.containsKey(host)) {
      byHost.entrySet().stream()
          .min(Comparator.comparing(one -> one.getValue().touchedAt()))
          .map(Map.Entry::getKey)
          .ifPresent(byHost::remove);
    }
    Measure known = byHost.getOrDefault(host, Measure.NONE);
    return known.isMeasured(now) ? known : new Measure(0, 0, Instant.MIN, known.triedAt());
  }

  /** The hosts that are measured, the fastest first. */
  public synchronized List<View> views() {
    Instant now = clock.instant();
    return byHost.entrySet().stream()
        .filter(one -> one.getValue().isMeasured(now))
        .map(
            one ->
                new View(
                    one.getKey(),
                    Math.round(one.getValue().bytes() / one.getValue().seconds()),
                    one.getValue().measuredAt()))
        .sorted(Comparator.comparingLong(View::bytesPerSecond).reversed().thenComparing(View::host))
        .toList();
  }
}
