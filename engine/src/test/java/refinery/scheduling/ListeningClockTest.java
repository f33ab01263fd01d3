package refinery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which time counts as silence. */
class ListeningClockTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final AtomicLong nanos = new AtomicLong(17);
  private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
  private final ListeningClock clock = new ListeningClock(new Wall(), nanos::get, SECOND);

  private final class Wall extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return wall;
    }
  }

  private void pass(Duration duration) {
    nanos.addAndGet(duration.toNanos());
    wall = wall.plus(duration);
  }

  @Test
  void timeInWhichItListensCounts() {
    for (int beat = 0; beat < 100; beat++) {
      pass(Duration.ofMillis(beat % 2 == 0 ? 900 : 1500));
      assertThat(clock.now()).isEqualTo(wall);
      assertThat(clock.beat()).isZero();
    }
  }

  @Test
  void aPauseOfTheProcessDoesNotCount() {
    pass(Duration.ofSeconds(16));
    assertThat(clock.isLate()).isTrue();
    assertThat(clock.beat()).isEqualTo(Duration.ofSeconds(15));
    pass(SECOND);
    assertThat(clock.beat()).isZero();
  }

  @Test
  void aSuspendedMachineDoesNotCountThoughItsMonotonicClockStoodStill() {
    wall = wall.plus(Duration.ofHours(8));
    pass(SECOND);
    assertThat(clock.isLate()).isFalse();
    assertThat(clock.beat()).isEqualTo(Duration.ofHours(8));
    assertThat(clock.now()).isEqualTo(wall);
  }

  @Test
  void aWallClockThatIsSetMovesNothingBetweenTheBeats() {
    Instant before = clock.now();
    wall = wall.minus(Duration.ofHours(1));
    pass(Duration.ofMillis(500));
    assertThat(clock.now()).isEqualTo(before.plusMillis(500));
    assertThat(clock.beat()).isEqualTo(Duration.ofHours(-1));
    assertThat(clock.now()).isEqualTo(wall);
  }
}
