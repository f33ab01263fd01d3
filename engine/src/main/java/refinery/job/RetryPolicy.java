package refinery.job;

import com.typesafe.config.Config;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;

/**
 * Decides what happens after a failed attempt, by the class of its failure (docs/architecture.md).
 * Pure.
 *
 * @param maxAttempts attempts that may fail transiently before the job is given up
 * @param minBackoff before the second attempt; doubled for each further one
 * @param maxBackoff the longest back-off
 * @param spread the time over which the retries of jobs are spread whose node ended as they began
 * @param nodesAtStart how many nodes in a row may end as a job begins; at this number it is given
 *     up
 */
public record RetryPolicy(
    int maxAttempts, Duration minBackoff, Duration maxBackoff, Duration spread, int nodesAtStart) {
  /** The part of the spread that is used after the first node: a fail-over should be quick. */
  private static final double FIRST_PART = 0.2;

  private static final int CORRUPT_ATTEMPTS = 3;
  private static final int STALLED_ATTEMPTS = 2;

  /** Charged failures of all classes together after which a job is given up. */
  private static final int TOTAL_ATTEMPTS = 12;

  /**
   * Nodes in a row that may end while a job runs. Many, because a long job may well meet several.
   */
  static final int NODES_IN_ALL = 20;

  /** From this many nodes in a row on, the job waits before it is tried again. */
  private static final int NODES_AT_ONCE = 3;

  /**
   * Reads {@code retry.transient} and {@code retry.node-ended}.
   *
   * @param refinery the configuration under {@code refinery}
   * @throws IllegalArgumentException that names the wrong key
   */
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

  /** A policy with the shipped values of {@code spread} and {@code nodesAtStart}. */
  public RetryPolicy(int maxAttempts, Duration minBackoff, Duration maxBackoff) {
    this(maxAttempts, minBackoff, maxBackoff, Duration.ofSeconds(30), 3);
  }

  /** What to do next. */
  sealed interface Verdict {
    record Retry(Instant at, Resources resources) implements Verdict {}

    /** The job goes back into the queue at once. */
    record Requeue() implements Verdict {}

    record GiveUp() implements Verdict {}
  }

  /**
   * What follows a failure that the attempt reported.
   *
   * @param sameClass charged failures of this class so far, this one included
   * @param total charged failures so far, this one included
   * @param largest what the largest node has; memory and disk are never raised beyond it
   * @param jitter a random number from 0 to 1
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
          moreDisk(resources.disk(), largest.disk())
              .<Verdict>map(
                  bytes ->
                      new Verdict.Retry(
                          now.plus(backoff(sameClass, jitter)), resources.withDisk(bytes)))
              .orElseGet(Verdict.GiveUp::new);
      case ABSENT, PERMANENT -> new Verdict.GiveUp();
    };
  }

  /**
   * What follows when a node ended while the job ran. Usually the job is no cause of that, and it
   * is tried again at once. But when node after node ends just as the job begins, the job is taken
   * for the cause and given up at {@code nodesAtStart}. Other jobs that happened to begin with it
   * must not be taken for the cause. So each waits for a random time of its own, and they do not
   * begin together again: a short time after the first node, which is most often an accident, and a
   * long one after the next.
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

  /**
   * Exponential back-off, {@code minBackoff * 2^(failed - 1)}, changed at random by up to 20 %
   * either way and then limited to {@code maxBackoff}.
   */
  Duration backoff(int failed, double jitter) {
    double factor = Math.pow(2, Math.min(30, failed - 1)) * (0.8 + 0.4 * jitter);
    double millis = Math.min(maxBackoff.toMillis(), minBackoff.toMillis() * factor);
    return Duration.ofMillis((long) millis);
  }

  /**
   * As {@link #raised}. But what a node offers of its disk shrinks while its volume is full: a job
   * that has more than any node offers now had it before, and waits with the same until there is
   * space again.
   */
  private static Optional<Long> moreDisk(long now, long largest) {
    return largest < now ? Optional.of(now) : raised(now, largest);
  }

  /**
   * Twice as many bytes, at least 64 MiB, at most the largest node's; empty when that is no more.
   */
  private static Optional<Long> raised(long now, long largest) {
    long next = Math.min(Math.max(now * 2, 64L << 20), largest);
    return next > now ? Optional.of(next) : Optional.empty();
  }
}
