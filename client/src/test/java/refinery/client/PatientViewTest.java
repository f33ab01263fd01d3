package refinery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PatientViewTest {
  private static Supplier<String> failing(CommandFailure failure) {
    return () -> {
      throw failure;
    };
  }

  @Test
  void aNodeThatIsAwayAMomentIsAskedAgainAndARefusalEndsTheView() {
    Deque<Supplier<String>> looks =
        new ArrayDeque<>(
            List.of(
                () -> "rows",
                failing(new CommandFailure(CommandFailure.UNREACHABLE, "no answer")),
                failing(new CommandFailure(CommandFailure.UNREACHABLE, "no answer")),
                () -> "rows again",
                failing(CommandFailure.usage("no such state"))));
    PatientView view = new PatientView("http://node", () -> looks.pop().get());
    assertThat(view.get()).isEqualTo("rows");
    String away = view.get();
    assertThat(away).startsWith("http://node is away since 2").contains("no answer");
    assertThat(view.get()).as("since the same time").isEqualTo(away);
    assertThat(view.get()).isEqualTo("rows again");
    assertThatThrownBy(view::get).hasMessage("no such state");
  }
}
