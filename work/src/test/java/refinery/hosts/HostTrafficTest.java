package refinery.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import refinery.hosts.HostTraffic.Place;
import refinery.hosts.HostTraffic.Trouble;
import refinery.protocol.scheduling.HostFigures;
import refinery.protocol.scheduling.HostFigures.Fallback;

/** What is counted of hosts, and how little is kept. */
class HostTrafficTest {
  private static final long MIB = 1 << 20;
  private static final Place ENA = new Place("a:443", "ena");
  private static final Place NCBI = new Place("b:443", "ncbi");
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private final HostTraffic traffic = new HostTraffic(() -> now, onlooker());

  private final List<String> heard = new ArrayList<>();

  private HostTraffic.Onlooker onlooker() {
    return new HostTraffic.Onlooker() {
      @Override
      public void stalled() {
        heard.add("stalled");
      }

      @Override
      public void fellBack(String from, String to, String cause) {
        heard.add(from + " to " + to + ": " + cause);
      }
    };
  }

  private HostFigures only() {
    return traffic.figures(List.of()).getFirst();
  }

  @Test
  void whatFlowsNowIsToldFromWhatFlowedLately() {
    HostTraffic.Flow flow = traffic.begin("a:443", "ena");
    for (int second = 0; second < 10; second++) {
      flow.came(MIB);
      now = now.plusSeconds(1);
    }
    assertThat(only().inFlight()).isEqualTo(1);
    assertThat(only().bytesPerSecond()).isBetween(MIB * 8 / 10, MIB * 13 / 10);
    assertThat(only().bytesPerSecondLately()).isEqualTo(MIB);
    flow.close();
    flow.close();
    now = now.plusSeconds(60);
    assertThat(only().inFlight()).isZero();
    assertThat(only().bytesPerSecond()).isZero();
    assertThat(only().bytesPerSecondLately()).isEqualTo(10 * MIB / 70);
    assertThat(only().bytes()).isEqualTo(10 * MIB);
    now = now.plus(HostTraffic.LATELY).plusSeconds(60);
    assertThat(only().bytesPerSecondLately()).isZero();
  }

  @Test
  void aClockThatIsSetBackBeginsTheRatesAnew() {
    HostTraffic.Flow flow = traffic.begin("a:443", "ena");
    flow.came(MIB);
    now = now.minusSeconds(3600);
    flow.came(2 * MIB);
    assertThat(only().bytesPerSecond()).isEqualTo(2 * MIB);
    assertThat(only().bytes()).isEqualTo(3 * MIB);
  }

  @Test
  void troublesAndFallbacksAreCountedByKind() {
    traffic.failed("a:443", Trouble.STALLED);
    traffic.failed("a:443", Trouble.CORRUPT);
    traffic.failed("a:443", Trouble.CORRUPT);
    traffic.delivered("a:443");
    traffic.fellBack(ENA, NCBI, "corrupt", "MD5 differs");
    now = now.plusSeconds(1);
    traffic.fellBack(ENA, NCBI, "corrupt", "x".repeat(1000));
    traffic.fellBack(ENA, ENA, "transient", "the same place once more");
    traffic.fellBack(ENA, new Place("a:443", "ncbi"), "absent", "404");
    HostFigures figures = only();
    assertThat(figures.troubles()).isEqualTo(new HostFigures.Troubles(1, 2, 0, 0));
    assertThat(figures.files()).isEqualTo(1);
    assertThat(figures.fallbacks())
        .containsExactly(
            new Fallback("b:443", "corrupt", 2, "x".repeat(HostTraffic.LONGEST_WORDS), now));
    assertThat(heard)
        .containsExactly(
            "stalled", "ena to ncbi: corrupt", "ena to ncbi: corrupt", "ena to ncbi: absent");
  }

  @Test
  void noMoreIsKeptThanIsBounded() {
    HostTraffic.Flow busy = traffic.begin("host-0:443", "ena");
    for (int i = 0; i <= HostTraffic.MOST; i++) {
      now = now.plusSeconds(1);
      traffic.delivered("host-" + i + ":443");
      traffic.fellBack(
          new Place("host-0:443", "ena"), new Place("other-" + i + ":443", "ena"), "absent", "404");
    }
    List<HostFigures> all = traffic.figures(List.of());
    assertThat(all).hasSize(HostTraffic.MOST);
    assertThat(all.getFirst().host()).isEqualTo("host-0:443");
    assertThat(all.getFirst().inFlight()).isEqualTo(1);
    assertThat(all.getFirst().fallbacks()).hasSize(HostTraffic.MOST_FALLBACKS);
    busy.close();
  }
}
