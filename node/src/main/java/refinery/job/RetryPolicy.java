package refinery.job;

import com.typesafe.config.Config;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;

/**
 * What happens after a failed attempt, by the class of the failure (docs/architecture.md).
 *
 * @param maxAttempts of transient failures
 * @param minBackoff before the second attempt; doubled for each further one
 * @param maxBackoff upper bound of the back-off
 * @param spread over which jobs are tried again whose node ended as they began
 * @param nodesAtStart nodes that may end as a job begins, in a row, before it is given up
 */
public record RetryPolicy(
    int maxAttempts, Duration minBackoff, Duration maxBackoff, Duration spread, int nodesAtStart) {
  /** Of the spread, after the first node: a fail-over must not wait for the whole of it. */
  private static final double FIRST_PART = 0.2;

  private static final int CORRUPT_ATTEMPTS = 3;
  private static final int STALLED_ATTEMPTS = 2;

  /** Charged attempts of any class after which a job is given up, whatever the mixture. */
  private static final int TOTAL_ATTEMPTS = 12;

  /** Nodes that may end while a job runs, in a row: a long job may meet several that die. */
  static final int NODES_IN_ALL = 20;

  /** From so many on it waits before it is tried again. */
  private static final int NODES_AT_ONCE = 3;

  /** Reads {@code refinery.retry.transient}. */
  public static RetryPolicy from(Config refinery) {
    Config config = refinery.getConfig("retry.transient");
    RetryPolicy policy =
        new RetryPolicy(
            config.getInt("max-attempts"),
            config.getDuration("min-backoff"),
            config.getDuration("max-backoff"),
            refinery.getDuration("retry.node-ended.spread"),
            refinery.getInt("retry.node-ended.at-start"));
    if (policy.maxAttempts < 1) {
      throw new IllegalArgumentException("refinery.retry.transient.max-attempts must be >= 1");
    }
    if (policy.minBackoff.isNegative() || policy.maxBackoff.compareTo(policy.minBackoff) < 0) {
      throw new IllegalArgumentException(
          "refinery.retry.transient.max-backoff must not be below min-backoff");
    }
    if (policy.spread.isNegative() || policy.spread.isZero()) {
      throw new IllegalArgumentException("refinery.retry.node-ended.spread must be above 0");
    }
    if (policy.nodesAtStart < 1) {
      throw new IllegalArgumentException("refinery.retry.node-ended.at-start must be >= 1");
    }
    return policy;
  }

  /** With the shipped rule for jobs that end their nodes. */
  public RetryPolicy(int maxAttempts, Duration minBackoff, Duration maxBackoff) {
    this(maxAttempts, minBackoff, maxBackoff, Duration.ofSeconds(30), 3);
  }

  /** What to do next. */
  sealed interface Verdict {
    record Retry(Instant at, Resources resources) implements Verdict {}

    /** Back into the queue at once. */
    record Requeue() implements Verdict {}

    record GiveUp() implements Verdict {}
  }

  /**
   * @param sameClass charged failures of this class so far, this one included
   * @param total charged failures so far, this one included
   */
  Verdict after(
      Failure failure,
      int sameClass,
      int total,
      Resources resources,
      Resources largest,
      Instant now,
      double jitter) {
    if (failure.failureClass() == FailureClass.NODE_LOST) {
      return new Verdict.Requeue();
    }
    if (total >= TOTAL_ATTEMPTS) {
      return new Verdict.GiveUp();
    }
    return switch (failure.failureClass()) {
      case NODE_LOST -> new Verdict.Requeue();
      case TRANSIENT -> bounded(sameClass, maxAttempts, resources, now, jitter);
      case CORRUPT -> bounded(sameClass, CORRUPT_ATTEMPTS, resources, now, jitter);
      case STALLED -> bounded(sameClass, STALLED_ATTEMPTS, resources, now, jitter);
      case OUT_OF_MEMORY ->
          raised(resources.memory(), largest.memory())
              .<Verdict>map(bytes -> new Verdict.Retry(now, resources.withMemory(bytes)))
              .orElseGet(Verdict.GiveUp::new);
      case OUT_OF_DISK ->
          raised(resources.disk(), largest.disk())
              .<Verdict>map(
                  bytes ->
                      new Verdict.Retry(
                          now.plus(backoff(sameClass, jitter)), resources.withDisk(bytes)))
              .orElseGet(Verdict.GiveUp::new);
      case ABSENT, PERMANENT -> new Verdict.GiveUp();
    };
  }

  /**
   * A node has ended while the job ran. That may happen to any job, which is tried again at once.
   * One that nodes end as it begins, again and again, ends them itself: it is given up at the
   * third. Jobs that began with it wait for random times, each for its own, so that they do not
   * begin with it once more and are not taken for it: a little after the first time, which is most
   * often an accident, and for long after the next.
   */
  Verdict afterNodeEnded(NodeDeaths deaths, Resources resources, Instant now, double jitter) {
    if (deaths.atStart() >= nodesAtStart || deaths.all() >= NODES_IN_ALL) {
      return new Verdict.GiveUp();
    }
    if (deaths.atStart() > 0) {
      double part = deaths.atStart() == 1 ? FIRST_PART : 2 * deaths.atStart();
      double millis = spread.toMillis() * part * jitter;
      return new Verdict.Retry(now.plus(minBackoff).plusMillis((long) millis), resources);
    }
    int waits = deaths.all() - NODES_AT_ONCE + 1;
    return waits <= 0
        ? new Verdict.Requeue()
        : new Verdict.Retry(now.plus(backoff(waits, jitter)), resources);
  }

  private Verdict bounded(int failed, int max, Resources resources, Instant now, double jitter) {
    return failed >= max
        ? new Verdict.GiveUp()
        : new Verdict.Retry(now.plus(backoff(failed, jitter)), resources);
  }

  /** Exponential with full range jitter of +-20 %. */
  Duration backoff(int failed, double jitter) {
    double factor = Math.pow(2, Math.min(30, failed - 1)) * (0.8 + 0.4 * jitter);
    double millis = Math.min(maxBackoff.toMillis(), minBackoff.toMillis() * factor);
    return Duration.ofMillis((long) millis);
  }

  private static Optional<Long> raised(long now, long largest) {
    long next = Math.min(Math.max(now * 2, 64L << 20), largest);
    return next > now ? Optional.of(next) : Optional.empty();
  }
}
