package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {

  @Test
  void twoHundredTermsAreTaken() {
    Expression long1 = Expression.parse("1 + ".repeat(199) + "1", Set.of());
    assertThat(long1.evaluate(Map.of())).isEqualTo(200);
  }

  /** Neither in parsing nor in evaluating may it end the stack. */
  @ParameterizedTest
  @ValueSource(strings = {"1 + ", "(", "min(1, "})
  void moreAreRefusedAsTooMany(String again) {
    assertThatThrownBy(() -> Expression.parse(again.repeat(10_000) + "1", Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than 200 terms");
  }
}
