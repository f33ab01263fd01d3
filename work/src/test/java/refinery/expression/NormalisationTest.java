package refinery.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static refinery.expression.Close.assertClose;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference values come from edgeR 3.40.2 and DESeq2 1.38.3. */
class NormalisationTest {
  private static final double[][] GENES = {
    {25, 86, 61, 237},
    {51, 148, 0, 69},
    {91, 44, 50, 234},
    {48, 162, 17, 150},
    {19, 0, 95, 108},
    {4, 94, 90, 108},
    {3, 102, 2, 150},
    {16, 138, 25, 234},
    {43, 8, 62, 69},
    {84, 0, 16, 237},
    {42, 26, 81, 156},
    {2014, 2174, 8063, 2117}
  };

  private static Counts columns(double[][] genes) {
    double[][] columns = new double[genes[0].length][genes.length];
    for (int row = 0; row < genes.length; row++) {
      for (int sample = 0; sample < columns.length; sample++) {
        columns[sample][row] = genes[row][sample];
      }
    }
    return Counts.of(columns);
  }

  @ParameterizedTest
  @CsvSource({
    "TMM,            1.003961691916, 0.906199506733, 0.509374834463, 2.157851489663",
    "TMMWSP,         0.944332036016, 1.537675984995, 0.339295976978, 2.029699453782",
    "RLE,            0.976001319307, 1.342847044586, 0.331734276256, 2.300025762305",
    "UPPER_QUARTILE, 0.847184014540, 1.643795962071, 0.339225305956, 2.116830553750",
    "RATIO,          0.684975968774, 1.151779358265, 0.816959777374, 2.559567189746",
    "POSCOUNTS,      0.704051094376, 1.573590802744, 0.816959777374, 2.695332574297"
  })
  void givesTheFactorsOfR(Normalisation method, double s1, double s2, double s3, double s4)
      throws UnusableInput {
    assertClose(method.word(), method.factors(columns(GENES)), s1, s2, s3, s4);
  }

  @Test
  void givesTheQuartilesOfR() throws UnusableInput {
    Counts counts = columns(GENES);
    assertClose(
        "f75",
        Quartiles.upper(counts, Libraries.of(counts)),
        .02428278688525,
        .04711602951040,
        .00972319551507,
        .06067459291807);
  }

  @Test
  void givesCountsPerMillionOfR() throws UnusableInput {
    Counts counts = columns(GENES);
    CountsPerMillion million = CountsPerMillion.of(counts, Normalisation.TMM.factors(counts));
    double[] plain = new double[4];
    double[] logs = new double[4];
    for (int sample = 0; sample < 4; sample++) {
      plain[sample] = million.of(sample, GENES[0][sample]);
      logs[sample] = million.log(sample, GENES[0][sample]);
    }
    assertClose("cpm", plain, 10205.4707085, 31824.8958223, 13986.7601197, 28387.5599551);
    assertClose("logCPM", logs, 13.3777278406, 14.9767382988, 13.8159557378, 14.8142636592);
  }

  @ParameterizedTest
  @EnumSource(Normalisation.class)
  void namesTheSampleWithoutCounts(Normalisation method) {
    assertThatThrownBy(() -> method.factors(Counts.of(new double[] {1, 2}, new double[2])))
        .isInstanceOf(UnusableInput.class)
        .hasMessage("sample 2 has no counts");
    assertThatThrownBy(() -> method.factors(Counts.of(new double[] {1, Double.NaN})))
        .hasMessage("the count of sample 1 in row 2 is NaN");
  }

  @Test
  void refusesWhatHasNoFactor() {
    Counts sparse = columns(new double[][] {{9, 0}, {0, 9}, {0, 1}, {0, 3}, {0, 2}});
    assertThatThrownBy(() -> Normalisation.UPPER_QUARTILE.factors(sparse))
        .hasMessageStartingWith("upperquartile gives no factor for sample 1");
    for (Normalisation method : new Normalisation[] {Normalisation.RLE, Normalisation.RATIO}) {
      assertThatThrownBy(() -> method.factors(sparse))
          .hasMessageStartingWith("every gene has a sample without counts");
    }
  }

  /** Any counts: a sample taken twice as deep has the same edgeR factor and twice DESeq2's. */
  @Property(tries = 100)
  void doesNotDependOnDepthOrOrder(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 6) int samples) throws UnusableInput {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] columns = new double[samples][200];
    for (double[] column : columns) {
      Arrays.setAll(column, row -> 1 + random.nextInt(1 + row));
    }
    double[][] deeper = columns.clone();
    deeper[0] = Arrays.stream(columns[0]).map(count -> 2 * count).toArray();
    for (Normalisation method : new Normalisation[] {Normalisation.RLE, Normalisation.RATIO}) {
      double[] factors = method.factors(Counts.of(columns));
      double[] ofDeeper = method.factors(Counts.of(deeper));
      double ratio = ofDeeper[0] / ofDeeper[1] / (factors[0] / factors[1]);
      assertThat(Close.difference(ratio, method == Normalisation.RATIO ? 2 : 1)).isLessThan(1e-9);
    }
    double[][] turned = new double[samples][];
    double[][] shuffled = new double[samples][200];
    for (int sample = 0; sample < samples; sample++) {
      turned[sample] = columns[samples - 1 - sample];
      for (int row = 0; row < 200; row++) {
        shuffled[sample][row] = columns[sample][(row * 7 + 3) % 200];
      }
    }
    for (Normalisation method : Normalisation.values()) {
      double[] factors = method.factors(Counts.of(columns));
      assertThat(factors).as(method.word()).hasSize(samples);
      if (method != Normalisation.TMMWSP) {
        // TMMwsp breaks ties of levels by their order.
        Close.relative(method.word()).all(method.factors(Counts.of(shuffled)), factors);
      }
      if (method != Normalisation.TMM && method != Normalisation.TMMWSP) {
        double[] back = method.factors(Counts.of(turned));
        for (int sample = 0; sample < samples; sample++) {
          assertThat(Close.difference(back[samples - 1 - sample], factors[sample]))
              .isLessThan(1e-9);
        }
      }
    }
  }
}
