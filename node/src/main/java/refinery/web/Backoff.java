package refinery.web;

import java.time.Duration;

/** Doubled from {@code min} to {@code max}; half of it is jitter. */
public record Backoff(Duration min, Duration max) {
  private static final int MOST_DOUBLINGS = 30;

  /**
   * @param tries that failed in a row, from 1
   * @param jitter from 0 to 1
   */
  public Duration delay(int tries, double jitter) {
    double whole =
        Math.min(
            max.toMillis(), min.toMillis() * Math.pow(2, Math.clamp(tries - 1, 0, MOST_DOUBLINGS)));
    return Duration.ofMillis(Math.max(1, Math.round(whole / 2 + whole / 2 * jitter)));
  }
}
