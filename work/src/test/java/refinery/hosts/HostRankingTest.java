package refinery.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostRankingTest {
  private static final long MIB = 1L << 20;
  private static final long SECOND = 1_000_000_000L;

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final HostSpeeds speeds = new HostSpeeds(() -> now);

  /** a=100 is measured, a=? tried and not measured, a=new neither, a=100! or a=new! away. */
  private static HostRanking.Known known(String text) {
    String speed = text.replace("!", "");
    boolean measured = speed.matches("[0-9]+");
    return new HostRanking.Known(
        measured ? OptionalDouble.of(Double.parseDouble(speed)) : OptionalDouble.empty(),
        !speed.equals("new"),
        text.endsWith("!"));
  }

  @ParameterizedTest
  @CsvSource({
    "nothing is known,               a=new b=new c=new,    a b c",
    "a new one is tried,             a=100 b=new,          b a",
    "new ones in their order,        a=9 b=new c=new,      b c a",
    "tried but not measured,         a=100 b=?,            a b",
    "tried first and not measured,   a=? b=100,            a b",
    "twice as slow is behind,        a=50 b=100,           b a",
    "a little slower is not,         a=51 b=100,           a b",
    "equal ones keep their order,    a=7 b=7 c=7,          a b c",
    "slow ones among themselves,     a=1 b=40 c=100 d=45,  c b d a",
    "a slow one behind a tried one,  a=1 b=? c=100,        b c a",
    "away is last,                   a=100! b=1,           b a",
    "a new one that is away is last, a=new! b=1,           b a",
    "all are away,                   a=1! b=100!,          b a",
    "no speed at all,                a=0 b=0,              a b",
  })
  void hostsAreOrderedByWhatIsKnownOfThem(String what, String hosts, String wanted) {
    Map<String, HostRanking.Known> known = new HashMap<>();
    List<String> given = new ArrayList<>();
    for (String host : hosts.split(" ")) {
      given.add(host.substring(0, 1));
      known.put(host.substring(0, 1), known(host.substring(2)));
    }
    assertThat(String.join(" ", HostRanking.ranked(given, known::get))).as(what).isEqualTo(wanted);
  }

  @Property(tries = 300)
  void noneIsLostAndNoneIsMuchSlowerThanTheOneBehindIt(
      @ForAll @Size(max = 8) List<@IntRange(max = 200) Integer> measured) {
    List<Integer> given = new ArrayList<>();
    for (int i = 0; i < measured.size(); i++) {
      given.add(i);
    }
    Function<Integer, HostRanking.Known> known =
        i -> new HostRanking.Known(OptionalDouble.of(measured.get(i)), true, false);
    List<Integer> ranked = HostRanking.ranked(given, known);
    assertThat(ranked).containsExactlyInAnyOrderElementsOf(given);
    for (int i = 1; i < ranked.size(); i++) {
      double ahead = measured.get(ranked.get(i - 1));
      double behind = measured.get(ranked.get(i));
      assertThat(ahead * HostRanking.MARKEDLY > behind || behind == 0).isTrue();
    }
  }

  private List<String> choose(String... hosts) {
    return speeds.choose(List.of(hosts), host -> host, host -> false);
  }

  @Test
  void eachHostIsTriedOnceAndAgainWhenItsSpeedIsForgotten() {
    assertThat(choose("slow", "fast")).containsExactly("slow", "fast");
    assertThat(choose("slow", "fast")).as("while the first runs").containsExactly("fast", "slow");
    assertThat(choose("slow", "fast")).as("both run").containsExactly("slow", "fast");
    speeds.got("slow", 2 * MIB, SECOND);
    speeds.got("fast", 100 * MIB, SECOND);
    assertThat(choose("slow", "fast")).containsExactly("fast", "slow");
    now = now.plus(HostSpeeds.FORGOTTEN).minusSeconds(1);
    speeds.got("fast", 100 * MIB, SECOND);
    assertThat(choose("slow", "fast")).containsExactly("fast", "slow");
    now = now.plusSeconds(1);
    assertThat(choose("slow", "fast")).as("forgotten").containsExactly("slow", "fast");
    assertThat(choose("slow", "fast")).as("and not for all").containsExactly("slow", "fast");
  }

  /**
   * 8 MiB in 4 s; a half-life later 40 MiB in 4 s: (8/2 + 40) MiB in (4/2 + 4) s are 7.33 MiB/s.
   */
  @Test
  void olderTransfersCountLess() {
    speeds.got("a", 8 * MIB, 4 * SECOND);
    now = now.plus(HostSpeeds.HALF_LIFE);
    speeds.got("a", 40 * MIB, 4 * SECOND);
    assertThat(speeds.views())
        .containsExactly(new HostSpeeds.View("a", Math.round(44.0 * MIB / 6), now));
  }

  @Test
  void smallTransfersSayNothingAndFewHostsAreKept() {
    speeds.got("a", MIB - 1, 1);
    assertThat(speeds.views()).isEmpty();
    for (int i = 0; i <= HostSpeeds.MOST; i++) {
      now = now.plus(Duration.ofSeconds(1));
      speeds.got("host" + i, MIB, SECOND);
    }
    assertThat(speeds.views())
        .hasSize(HostSpeeds.MOST)
        .extracting(HostSpeeds.View::host)
        .doesNotContain("host0");
  }
}
