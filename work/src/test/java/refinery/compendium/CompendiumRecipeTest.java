package refinery.compendium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import refinery.compendium.CompendiumRecipe.Quantiles;
import refinery.compendium.CompendiumRecipe.Settings;
import refinery.expression.Counts;
import refinery.expression.QuantileTarget;
import refinery.expression.UnusableInput;

class CompendiumRecipeTest {
  private static final long MEMORY = 1 << 20;
  private final Golden counts = Golden.read("counts.tsv");

  private Compendium made(Settings settings) throws UnusableInput {
    return CompendiumRecipe.make(counts.values(), counts.genes(), counts.samples(), settings);
  }

  private static void assertSame(String file, Compendium found, double tolerance) {
    Golden expected = Golden.read(file);
    assertThat(found.genes()).isEqualTo(expected.genes());
    assertThat(found.samples()).isEqualTo(expected.samples());
    expected.assertSame(file, found.values(), tolerance);
  }

  @Test
  void agreesWithRefinebioWithOneLogarithm() throws Exception {
    assertSame("compendium.tsv", made(Settings.plain(MEMORY)), 1e-15);
  }

  @Test
  void imputesAndNormalisesByOption() throws Exception {
    Compendium imputed = made(new Settings(Imputation.SVD, new Quantiles.Kept(), MEMORY));
    assertSame("compendium-svd.tsv", imputed, 1e-9);
    assertThat(imputed.filled().cells()).isEqualTo(45);
    assertSame(
        "compendium-svd-quantiles.tsv",
        made(new Settings(Imputation.SVD, new Quantiles.Own(), MEMORY)),
        1e-9);
  }

  @Test
  void namesWhatItLeavesOut() throws Exception {
    Compendium made = made(Settings.plain(MEMORY));
    assertThat(made.droppedGenes())
        .hasSize(counts.genes().size() - made.genes().size())
        .contains(
            new Compendium.Dropped("g000", "its sum is below the 10th percentile"),
            new Compendium.Dropped("g010", "15 of 24 samples have reads of it, wanted are 70 %"),
            new Compendium.Dropped("g012", "no sample has it"));
    assertThat(made.droppedSamples())
        .containsExactly(
            new Compendium.Dropped("s22", "it has reads of 19 of 79 genes, wanted is half"));
  }

  /** A target that is given also serves samples that lack genes; those stay absent. */
  @Test
  void normalisesToATarget() throws Exception {
    QuantileTarget target = QuantileTarget.of(1, 2, 3);
    Compendium made = made(new Settings(Imputation.NONE, new Quantiles.Target(target), MEMORY));
    int lacking = made.samples().indexOf("s16");
    double[] column = made.values().column(lacking);
    assertThat(Arrays.stream(column).filter(value -> !Double.isNaN(value)))
        .hasSize(70)
        .contains(3.0)
        .allMatch(value -> value >= 1 && value <= 3);
  }

  @Test
  void refusesWhatIsNoCompendium() {
    assertRefused("s has -1.0 for a; wanted is a count", new double[] {-1, 2});
    assertRefused("no sample has a value of any gene", new double[] {Double.NaN, Double.NaN});
    assertRefused(
        "no gene is left of 2; the first, a: 0 of 1 samples have reads of it, wanted are 70 %",
        new double[] {0, 0});
  }

  /** Each of four groups of samples lacks another gene. */
  @Test
  void refusesQuantilesWhereEachSampleLacksAGene() {
    List<String> genes = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    double[][] columns = new double[16][genes.size()];
    for (int sample = 0; sample < columns.length; sample++) {
      Arrays.fill(columns[sample], 5 + sample);
      columns[sample][sample % 4] = Double.NaN;
      columns[sample][9] = 0.5;
    }
    List<String> samples = IntStream.range(0, 16).mapToObj(i -> "s" + i).toList();
    assertThatThrownBy(
            () ->
                CompendiumRecipe.make(
                    Counts.of(columns),
                    genes,
                    samples,
                    new Settings(Imputation.NONE, new Quantiles.Own(), MEMORY)))
        .isInstanceOf(UnusableInput.class)
        .hasMessageStartingWith("quantiles cannot be normalised to the mean of the samples");
  }

  private static void assertRefused(String message, double[] column) {
    assertThatThrownBy(
            () ->
                CompendiumRecipe.make(
                    Counts.of(column), List.of("a", "b"), List.of("s"), Settings.plain(MEMORY)))
        .isInstanceOf(UnusableInput.class)
        .hasMessage(message);
  }
}
