package refinery.compendium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import refinery.expression.UnusableInput;

class GeneRuleTest {
  private static final List<List<String>> TABLES =
      List.of(List.of("b", "a", "C"), List.of("c", "b"));

  @Test
  void innerKeepsWhatAllHave() throws Exception {
    JoinedRows rows = GeneRule.INNER.join(TABLES);
    assertThat(rows.names()).containsExactly("b");
    assertThat(rows.column(0, new double[] {5, 6, 7})).containsExactly(5);
    assertThat(rows.column(1, new double[] {8, 9})).containsExactly(9);
  }

  @Test
  void outerTellsAbsentFromZero() throws Exception {
    JoinedRows rows = GeneRule.OUTER.join(TABLES);
    assertThat(rows.names()).containsExactly("C", "a", "b", "c");
    assertThat(rows.column(0, new double[] {0, 6, 7})).containsExactly(7, 6, 0, Double.NaN);
    assertThat(rows.column(1, new double[] {8, 0})).containsExactly(Double.NaN, Double.NaN, 0, 8);
    assertThat(rows.absent(0)).isEqualTo(1);
    assertThat(rows.absent(1)).isEqualTo(2);
  }

  @Test
  void refusesWhatWouldBeEmptyOrAmbiguous() {
    assertThatThrownBy(() -> GeneRule.INNER.join(List.of(List.of("a"), List.of("b"))))
        .isInstanceOf(UnusableInput.class)
        .hasMessage("the 2 tables have no gene in common, so genes = inner leaves nothing");
    assertThatThrownBy(() -> GeneRule.OUTER.join(List.of(List.of("a"), List.of("b", "c", "b"))))
        .isInstanceOf(UnusableInput.class)
        .hasMessage("table 2 has b twice");
  }
}
