package refinery.compendium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import refinery.expression.Counts;
import refinery.expression.UnusableInput;

class IterativeSvdTest {
  private static final IterativeSvd.Settings STANDARD = IterativeSvd.Settings.standard(1 << 20);

  /** In one block, and in blocks of a few rows. */
  @Test
  void agreesWithFancyimpute() throws Exception {
    Golden expected = Golden.read("compendium-svd.tsv");
    for (long memory : new long[] {1 << 20, 23 * 23 * 40}) {
      IterativeSvd.Imputed imputed =
          IterativeSvd.impute(
              Golden.read("compendium.tsv").values(), IterativeSvd.Settings.standard(memory));
      assertThat(imputed.cells()).isEqualTo(45);
      assertThat(imputed.converged()).isTrue();
      expected.assertSame("svd", imputed.columns(), 1e-9);
    }
  }

  /** What is exactly of rank 3 comes back, whatever a few cells were. */
  @Test
  void findsWhatHasALowRank() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    double[][] left = factors(random, 200, 3);
    double[][] right = factors(random, 30, 3);
    double[][] whole = new double[30][200];
    double[][] holed = new double[30][];
    for (int sample = 0; sample < 30; sample++) {
      for (int row = 0; row < 200; row++) {
        for (int k = 0; k < 3; k++) {
          whole[sample][row] += left[row][k] * right[sample][k];
        }
      }
      holed[sample] = whole[sample].clone();
      for (int hole = 0; hole < 8; hole++) {
        holed[sample][random.nextInt(200)] = Double.NaN;
      }
    }
    IterativeSvd.Imputed imputed =
        IterativeSvd.impute(
            Counts.of(holed), new IterativeSvd.Settings(3, 500, 1e-16, 1 << 20, () -> {}));
    for (int sample = 0; sample < 30; sample++) {
      double[] column = imputed.columns().column(sample);
      for (int row = 0; row < 200; row++) {
        assertThat(column[row])
            .isCloseTo(whole[sample][row], org.assertj.core.api.Assertions.within(1e-5));
      }
    }
  }

  private static double[][] factors(SplittableRandom random, int size, int rank) {
    double[][] factors = new double[size][rank];
    for (double[] factor : factors) {
      Arrays.setAll(factor, k -> 1 + random.nextGaussian());
    }
    return factors;
  }

  /** Whoever waits is asked before each iteration, and may end it. */
  @Test
  void endsBetweenIterations() {
    AtomicInteger asked = new AtomicInteger();
    Runnable between =
        () -> {
          if (asked.incrementAndGet() == 3) {
            throw new IllegalStateException("stopped");
          }
        };
    assertThatThrownBy(
            () ->
                IterativeSvd.impute(
                    Golden.read("compendium.tsv").values(),
                    IterativeSvd.Settings.standard(1 << 20, between)))
        .hasMessage("stopped");
    assertThat(asked).hasValue(3);
  }

  @Test
  void leavesCompleteColumnsAlone() throws Exception {
    Counts counts = Counts.of(new double[] {1, 2, 3}, new double[] {4, 5, 6});
    assertThat(IterativeSvd.impute(counts, STANDARD).columns()).isSameAs(counts);
  }

  @Test
  void refusesWhatItCannotMake() {
    double none = Double.NaN;
    assertRefused(
        "impute = svd cannot make row 2, which has no value",
        new double[] {1, none, 2},
        new double[] {2, none, 3});
    assertRefused(
        "impute = svd cannot make sample 2, which has no value",
        new double[] {1, 2},
        new double[] {none, none});
    assertRefused(
        "impute = svd needs at least 2 genes and 2 samples and has 2 and 1",
        new double[] {1, none});
    assertThatThrownBy(
            () ->
                IterativeSvd.impute(
                    Counts.of(new double[400][2]), IterativeSvd.Settings.standard(1 << 20)))
        .isInstanceOf(UnusableInput.class)
        .hasMessage("impute = svd of 400 samples needs 7 MiB and has 1; impute = none needs none");
  }

  private static void assertRefused(String message, double[]... columns) {
    assertThatThrownBy(() -> IterativeSvd.impute(Counts.of(columns), STANDARD))
        .isInstanceOf(UnusableInput.class)
        .hasMessage(message);
  }
}
