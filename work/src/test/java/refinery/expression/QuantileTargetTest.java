package refinery.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static refinery.expression.Close.assertClose;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The reference values come from preprocessCore's C code. */
class QuantileTargetTest {
  private static final double NA = Double.NaN;

  @Test
  void givesTheTargetOfTheSameSize() throws UnusableInput {
    QuantileTarget target = QuantileTarget.of(40, NA, 10, 20, 50, 30);
    assertClose("1", target.normalised(new double[] {5, 2, 3, 4, 2}), 50, 15, 30, 40, 15);
    assertClose("2", target.normalised(new double[] {4, 1, 4, 2, 9}), 35, 10, 35, 20, 50);
    assertClose(
        "3", target.normalised(new double[] {NA, 6, 8, 7, 1}), NA, 70.0 / 3, 50, 110.0 / 3, 10);
  }

  @Test
  void givesBetweenTheValuesOfAnotherSize() throws UnusableInput {
    QuantileTarget target = QuantileTarget.of(10, 20, 40);
    assertClose("1", target.normalised(new double[] {5, 2, 3, 4, 2}), 40, 12.5, 20, 30, 12.5);
    assertClose("2", target.normalised(new double[] {4, 1, 4, 2, 9}), 25, 10, 25, 15, 40);
    assertClose(
        "3", target.normalised(new double[] {NA, 6, 8, 7, 1}), NA, 50.0 / 3, 40, 80.0 / 3, 10);
  }

  @Test
  void takesTheMeanOfSortedColumnsAsTarget() throws UnusableInput {
    QuantileTarget target =
        QuantileTarget.mean(Counts.of(new double[] {3, 1, 2}, new double[] {10, 30, 20}));
    assertClose("mean", target.normalised(new double[] {9, 7, 8}), 16.5, 5.5, 11);
    assertThatThrownBy(() -> QuantileTarget.mean(Counts.of(new double[] {1, NA})))
        .hasMessage("sample 1 lacks a value, so it cannot be part of a target");
  }

  @Test
  void refusesWhatHasNoDistribution() throws UnusableInput {
    assertThatThrownBy(() -> QuantileTarget.of(NA)).hasMessage("a target needs a value");
    QuantileTarget target = QuantileTarget.of(1, 2);
    assertThatThrownBy(() -> target.normalised(new double[] {NA, 1}))
        .hasMessage("a column with one value has no distribution");
    assertThat(target.normalised(new double[] {NA, NA})).containsOnly(NA);
  }

  /** Order is kept, equal values stay equal, and a column without ties becomes the target. */
  @Property(tries = 200)
  void keepsOrder(
      @ForAll @Size(min = 2, max = 30) double[] column,
      @ForAll @Size(min = 1, max = 30) double[] any)
      throws UnusableInput {
    double[] values = Arrays.stream(any).map(value -> Math.abs(value) % 1e6).toArray();
    double[] normalised = QuantileTarget.of(values).normalised(column);
    for (int a = 0; a < column.length; a++) {
      for (int b = 0; b < column.length; b++) {
        if (column[a] == column[b]) {
          assertThat(normalised[a]).isEqualTo(normalised[b]);
        } else if (column[a] < column[b]) {
          assertThat(normalised[a]).isLessThanOrEqualTo(normalised[b] * (1 + 1e-12) + 1e-12);
        }
      }
    }
    if (values.length == column.length
        && Arrays.stream(column).distinct().count() == column.length) {
      assertThat(normalised).containsExactlyInAnyOrder(values);
    }
  }
}
