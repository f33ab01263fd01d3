package refinery.scheduling;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The scheduler's time. Between two beats it goes on as the monotonic clock does, whatever happens
 * to the wall clock. At a beat it says how much of the time since the last one does not count as
 * anybody's silence: a pause of this process (stopped, a suspended machine), or a step of the wall
 * clock. Not thread-safe.
 */
final class ListeningClock {
  /** A smaller difference is the wall clock being set right, little by little. */
  private static final Duration STEP = Duration.ofSeconds(1);

  private final Clock wall;
  private final LongSupplier nanos;
  private final Duration rhythm;
  private Instant anchor;
  private long anchorNanos;

  /**
   * @param nanos the monotonic clock
   * @param rhythm the usual time between two beats
   */
  ListeningClock(Clock wall, LongSupplier nanos, Duration rhythm) {
    this.wall = wall;
    this.nanos = nanos;
    this.rhythm = rhythm;
    anchor = wall.instant();
    anchorNanos = nanos.getAsLong();
  }

  Instant now() {
    return anchor.plusNanos(nanos.getAsLong() - anchorNanos);
  }

  /** Whether the beat is so late that nobody can have listened since the last. */
  boolean isLate() {
    return sinceLastBeat().compareTo(rhythm.multipliedBy(2)) > 0;
  }

  private Duration sinceLastBeat() {
    return Duration.ofNanos(nanos.getAsLong() - anchorNanos);
  }

  /** What all times that were noted before must be moved by; zero as a rule. */
  Duration beat() {
    Duration passed = sinceLastBeat();
    Duration paused = isLate() ? passed.minus(rhythm) : Duration.ZERO;
    Instant shown = wall.instant();
    Duration stepped = Duration.between(anchor.plus(passed), shown);
    anchor = shown;
    anchorNanos = nanos.getAsLong();
    return stepped.abs().compareTo(STEP) > 0 ? paused.plus(stepped) : paused;
  }
}
