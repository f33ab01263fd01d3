package refinery.web;

import java.time.Duration;

/**
 * Exponential back-off: the pause doubles with each failure from {@code min} to {@code max}, and up
 * to half of it is taken off at random.
 */
public record Backoff(Duration min, Duration max) {
  private static final int MOST_DOUBLINGS = 30;

  /**
   * @param tries how many failed in a row, from 1
   * @param jitter a random number from 0 to 1; 1 gives the whole pause
   */
  public Duration delay(int tries, double jitter) {
    double whole =
        Math.min(
            max.toMillis(), min.toMillis() * Math.pow(2, Math.clamp(tries - 1, 0, MOST_DOUBLINGS)));
    return Duration.ofMillis(Math.max(1, Math.round(whole / 2 + whole / 2 * jitter)));
  }
}
