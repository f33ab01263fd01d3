package refinery.scheduling;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The scheduler's clock. Between two beats it follows the monotonic clock, whatever happens to the
 * wall clock. Each beat says how much of the time since the last one must not count as silence of
 * the agents: a pause of this process or machine, or a step of the wall clock. Not thread-safe.
 */
final class ListeningClock {
  /** A smaller difference is not a step, but the gradual correction of the wall clock. */
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

  /** True when the next beat is so late that this process must have been paused. */
  boolean isLate() {
    return sinceLastBeat().compareTo(rhythm.multipliedBy(2)) > 0;
  }

  private Duration sinceLastBeat() {
    return Duration.ofNanos(nanos.getAsLong() - anchorNanos);
  }

  /**
   * Takes the wall clock's time again. Returns by how much earlier times must be moved; usually
   * zero, negative when the wall clock was set back.
   */
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
