package refinery.compendium;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import refinery.expression.Columns;

class ScalingTest {
  private final Golden input = Golden.read("scale-input.tsv");

  /**
   * In one block and row by row. Minmax differs where values are large beside their range: there
   * scikit-learn multiplies before it subtracts.
   */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void agreesWithScikitLearn(Scaling scaling) {
    Golden expected = Golden.read("scale-" + scaling.word() + ".tsv");
    for (long memory : new long[] {1, 300, 1 << 20}) {
      Columns scaled = scaling.fit(input.values(), memory).scaled(input.values());
      expected.assertSame(scaling.word(), scaled, 1e-11);
    }
  }

  @Test
  void changesNothingWithoutScale() {
    Columns same = Scaling.NONE.fit(input.values(), 1 << 20).scaled(input.values());
    assertThat(same.column(3)).isEqualTo(input.columns()[3]);
  }
}
