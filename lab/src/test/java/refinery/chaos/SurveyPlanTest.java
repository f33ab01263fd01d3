package refinery.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import refinery.localarchive.RunDesign;

class SurveyPlanTest {
  @Property(tries = 30)
  void theSeedAloneDecidesAndEverySurveyCanBeFound(@ForAll long seed) {
    SurveyPlan plan = SurveyPlan.of(seed, 8, 60);
    assertThat(plan).isEqualTo(SurveyPlan.of(seed, 8, 60));
    Set<String> runs = new HashSet<>();
    for (SurveyPlan.Study study : plan.studies()) {
      assertThat(study.runs()).hasSizeBetween(20, 60);
      for (RunDesign run : study.runs()) {
        assertThat(runs.add(run.accession())).as("once only: " + run).isTrue();
      }
    }
    assertThat(plan.wishes()).hasSize(8);
    plan.wishes().forEach(wish -> assertThat(runs).containsAll(wish.runs()));
  }

  @Test
  void surveysShareDownloadsAndBatches() {
    SurveyPlan plan = SurveyPlan.of(7, 4, 30);
    SurveyPlan.Wish first = plan.wishes().get(0);
    SurveyPlan.Wish second = plan.wishes().get(1);
    SurveyPlan.Wish third = plan.wishes().get(2);
    assertThat(second.runs()).isEqualTo(first.runs());
    assertThat(second.pipeline()).isNotEqualTo(first.pipeline());
    assertThat(first.runs()).containsAll(third.runs()).hasSizeGreaterThan(third.runs().size());
    assertThat(third.pipeline()).isEqualTo(first.pipeline());
    assertThat(plan.wishes().get(3).runs()).doesNotContainAnyElementsOf(first.runs());
  }

  @Test
  void everyKindOfActComesUp() {
    Random random = new Random(3);
    assertThat(IntStream.range(0, 300).mapToObj(i -> Act.next(random).kind()))
        .contains(Act.Kind.values());
  }
}
