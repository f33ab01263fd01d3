package refinery.http.connections;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RequestPaceTest {
  private static final long SECOND = 1_000_000_000L;

  private final RequestPace pace = new RequestPace(new RequestPace.Limits(2, 5, true));

  @Test
  void aClientHasItsBurstAndThenItsPace() {
    for (int i = 0; i < 5; i++) {
      assertThat(pace.ask("a", 0)).isEmpty();
    }
    assertThat(pace.ask("a", 0)).contains(Duration.ofMillis(500));
    assertThat(pace.ask("b", 0)).isEmpty();
    assertThat(pace.ask("a", SECOND / 2)).isEmpty();
    assertThat(pace.ask("a", SECOND / 2)).isPresent();
  }

  @Test
  void whoRestsHasNoMoreThanTheBurst() {
    assertThat(pace.ask("a", 0)).isEmpty();
    for (int i = 0; i < 5; i++) {
      assertThat(pace.ask("a", 1_000 * SECOND)).isEmpty();
    }
    assertThat(pace.ask("a", 1_000 * SECOND)).isPresent();
  }

  @Test
  void manyClientsTakeABoundedMemory() {
    for (int i = 0; i < 50_000; i++) {
      assertThat(pace.ask(i, 0)).isEmpty();
    }
    assertThat(pace.clients()).isEqualTo(10_000);
  }
}
