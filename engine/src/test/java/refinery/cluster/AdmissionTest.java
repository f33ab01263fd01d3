package refinery.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.cluster.Admission.Observed;
import refinery.cluster.Admission.Plan;
import refinery.cluster.Admission.Verdict;

class AdmissionTest {
  private static final Duration TOLERANCE = Duration.ofSeconds(5);
  private static final Presence SELF = node("self:1");
  private static final Presence B = node("b:1");
  private static final Presence C = node("c:1");
  private static final Plan ALONE = new Plan.Alone();
  private static final Plan DISCOVERY = new Plan.Discovery();
  private static final Plan SEEDS = new Plan.Seeds(List.of("self:1", "b:1"));

  private static Presence node(String address) {
    return new Presence(address, "refinery", "1.2.3");
  }

  private static Verdict decide(Plan plan, Presence... others) {
    return Admission.decide(
        SELF, plan, new Observed(List.of(others), Duration.ofSeconds(-5)), TOLERANCE);
  }

  private static String why(Verdict verdict) {
    return verdict instanceof Verdict.Wait wait ? wait.why() : "no reason: " + verdict;
  }

  @Test
  void whoSeesNobodyDoesAsToldTo() {
    assertThat(decide(ALONE)).isEqualTo(new Verdict.Begin());
    assertThat(decide(DISCOVERY)).isEqualTo(new Verdict.Discover());
    assertThat(decide(SEEDS)).isEqualTo(new Verdict.Join(List.of("self:1", "b:1")));
  }

  @Test
  void whoseDatabaseIsInUseBeginsNoSecondCluster() {
    assertThat(why(decide(ALONE, B, C)))
        .contains("in use by the cluster of b:1, c:1", "--join b:1");
    assertThat(decide(DISCOVERY, B, C)).isEqualTo(new Verdict.Join(List.of("b:1", "c:1")));
  }

  @Test
  void theFirstSeedNodeDoesNotBeginWhileOthersLive() {
    assertThat(decide(SEEDS, C)).isEqualTo(new Verdict.Join(List.of("b:1", "c:1")));
    assertThat(decide(new Plan.Seeds(List.of("self:1")), C))
        .isEqualTo(new Verdict.Join(List.of("c:1")));
  }

  @Test
  void anotherNameIsRefusedByName() {
    Presence other = new Presence("b:1", "blue", "1.2.3");
    for (Plan plan : List.of(ALONE, DISCOVERY, SEEDS)) {
      assertThat(why(decide(plan, other)))
          .contains("the cluster 'blue' (b:1)", "refinery.cluster.name is 'refinery'");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.3,true",
    "1.2.0,true",
    "1.2.9-SNAPSHOT,true",
    "1.3.0,false",
    "2.2.3,false",
    "1,false"
  })
  void majorAndMinorVersionMustBeTheSame(String version, boolean joins) {
    Verdict verdict = decide(SEEDS, new Presence("b:1", "refinery", version));
    assertThat(verdict instanceof Verdict.Join).isEqualTo(joins);
    if (!joins) {
      assertThat(why(verdict)).contains("b:1 runs Refinery " + version, "this is 1.2.3");
    }
  }

  @Test
  void aClockThatIsOffIsToldByHowMuchAndWhichWay() {
    Observed behind = new Observed(List.of(), Duration.ofSeconds(-42));
    Observed ahead = new Observed(List.of(B), Duration.ofSeconds(6));
    assertThat(why(Admission.decide(SELF, ALONE, behind, TOLERANCE)))
        .contains("42 s behind the database's", "5 s are tolerated");
    assertThat(why(Admission.decide(SELF, SEEDS, ahead, TOLERANCE)))
        .contains("6 s ahead of the database's");
  }
}
