package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Places that are taken and never used. */
class OpenStreamsTest {
  private long now;
  private final OpenStreams streams = new OpenStreams(2, () -> now);

  @Test
  void aPlaceThatIsNeverUsedIsFreeAfterAWhile() {
    streams.take("ann");
    streams.take("ann");
    assertThat(streams.take("ann")).isEmpty();
    assertThat(streams.take("bob")).isPresent();
    now = OpenStreams.UNBEGUN_NANOS;
    assertThat(streams.take("ann")).isEmpty();
    now++;
    assertThat(streams.take("ann")).isPresent();
  }
}
