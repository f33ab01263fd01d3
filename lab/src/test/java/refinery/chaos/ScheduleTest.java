package refinery.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Property(tries = 50)
  void theSeedAloneDecides(@ForAll long seed, @ForAll @IntRange(min = 2, max = 6) int nodes) {
    assertThat(Schedule.of(seed, nodes, 40)).isEqualTo(Schedule.of(seed, nodes, 40));
    assertThat(Schedule.of(seed, nodes, 40).steps().subList(0, 20))
        .isEqualTo(Schedule.of(seed, nodes, 20).steps());
  }

  @Test
  void aRoundHasEveryKindOfFault() {
    assertThat(
            Schedule.of(1, 3, 16).steps().stream()
                .map(step -> step.fault().getClass().getName())
                .collect(Collectors.toSet()))
        .isEqualTo(
            Arrays.stream(Fault.class.getPermittedSubclasses())
                .map(Class::getName)
                .collect(Collectors.toSet()));
  }
}
