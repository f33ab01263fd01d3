package refinery.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.expression.Close;
import refinery.protocol.Json;

/**
 * Figures of one matrix in all forms, against numpy's and pandas' (reference.py beside the files).
 * Mean percentages, boxes and dispersions are equal to 1 part in 10^9, normalised dispersions to 1
 * in 10^8; with more cells than {@link Quantiles#KEPT} the boxes' quartiles to 1 in 10^4.
 */
class GoldenFiguresTest {
  private static final Path HERE = Path.of("src/test/resources/refinery/figures");
  private static final double EXACT = 1e-9;

  private static Summary summary(String file, Settings settings)
      throws IOException, UnusableMatrix {
    Matrix matrix =
        new MatrixFiles(Limits.USUAL, () -> {})
            .open(HERE.resolve(file), Optional.empty(), Optional.empty());
    BitSet mitochondrial = new BitSet();
    mitochondrial.set(0, 8);
    try (matrix) {
      return Summary.of(matrix, settings, mitochondrial);
    }
  }

  private static JsonNode expected() throws IOException {
    return Json.MAPPER.readTree(HERE.resolve("expected.json").toFile());
  }

  @ParameterizedTest
  @CsvSource({
    "v3.zip,2", "hca.mtx.zip,2", "v2.tar.gz,3", "turned.zip,3", "plain.mtx.gz,2", "scipy.mtx.gz,3",
    "v3.h5,2", "v2.h5,2", "csr.h5ad,2", "csc.h5ad,3", "dense.h5ad,2", "raw.h5ad,2"
  })
  void everyFormGivesTheSameFigures(String file, int passes) throws Exception {
    Summary summary = summary(file, Settings.USUAL);
    assertThat(summary.passes()).isEqualTo(passes);
    same(file, summary, expected().path("all"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v3.zip", "v2.tar.gz", "dense.h5ad"})
  void cellsWithFewGenesAreLeftOut(String file) throws Exception {
    same(
        file + " filtered",
        summary(file, new Settings(150, 20, 0.0125, 3, 0.5)),
        expected().path("filtered"));
  }

  @Test
  void namesAndCellsAreThoseOfTheTables() throws Exception {
    Summary summary = summary("v3.zip", Settings.USUAL);
    Features genes = summary.matrix().genes();
    assertThat(genes.ids().get(20)).isEqualTo("ENSG00000000020");
    assertThat(genes.name(20)).isEqualTo("TWIN<&>");
    assertThat(genes.name(21)).isEqualTo("TWIN<&>-1");
    assertThat(summary.matrix().cells().get(3)).isEqualTo("CELL0003-1");
    JsonNode all = expected();
    for (int cell = 0; cell < summary.cells().cells(); cell++) {
      assertThat(summary.cells().counts(cell))
          .isEqualTo(all.path("all").path("cell_counts").path(cell).asDouble());
      assertThat(summary.cells().genes(cell))
          .isEqualTo(all.path("all").path("cell_genes").path(cell).asInt());
      JsonNode share = all.path("mitochondrial").path(cell);
      double found = summary.cells().mitochondrialPercent(cell);
      if (share.isNull()) {
        assertThat(found).isNaN();
      } else {
        assertThat(found).isCloseTo(share.asDouble(), within(EXACT));
      }
    }
  }

  @Test
  void quartilesOfManyCellsTakeLittleMemoryAndStayClose() {
    Quantiles exact = new Quantiles(Integer.MAX_VALUE >> 4);
    Quantiles counted = new Quantiles(10);
    java.util.SplittableRandom random = new java.util.SplittableRandom(3);
    for (int cell = 0; cell < 20_000; cell++) {
      double value = random.nextInt(4) == 0 ? 0 : Math.exp(2 * random.nextDouble() - 3) * 4;
      exact.add(value);
      counted.add(value);
    }
    Quantiles.Box wanted = exact.box(20_000);
    Quantiles.Box found = counted.box(20_000);
    assertThat(found.first()).isCloseTo(wanted.first(), within(1e-4 * wanted.first()));
    assertThat(found.median()).isCloseTo(wanted.median(), within(1e-4 * wanted.median()));
    assertThat(found.third()).isCloseTo(wanted.third(), within(1e-4 * wanted.third()));
    assertThat(found.least()).isEqualTo(wanted.least());
    assertThat(found.most()).isEqualTo(wanted.most());
    assertThat(found.outliers()).isCloseTo(wanted.outliers(), within(3L));
  }

  private static void same(String file, Summary summary, JsonNode wanted) {
    Close share = Close.near(file + ": shares of the highest-expressed genes", EXACT);
    Close spread = Close.near(file + ": means and dispersions", EXACT);
    Close normalised = Close.near(file + ": normalised dispersions", 1e-8);
    assertThat(summary.kept()).isEqualTo(wanted.path("kept").asLong());
    JsonNode highest = wanted.path("highest");
    assertThat(summary.highest()).hasSize(highest.size());
    for (int place = 0; place < highest.size(); place++) {
      JsonNode gene = highest.path(place);
      assertThat(summary.highest().get(place)).isEqualTo(gene.path("gene").asInt());
      share.and(
          "mean of place " + place,
          summary.meanPercent(summary.highest().get(place)),
          gene.path("mean").asDouble());
      Quantiles.Box box = summary.boxes().get(place);
      double[] found = {box.least(), box.first(), box.median(), box.third(), box.most()};
      for (int part = 0; part < found.length; part++) {
        share.and("box of place " + place, found[part], gene.path("box").path(part).asDouble());
      }
    }
    VariableGenes variable = summary.variable();
    for (int gene = 0; gene < variable.means().length; gene++) {
      JsonNode dispersion = wanted.path("dispersions").path(gene);
      spread.and(
          "mean of " + gene, variable.means()[gene], wanted.path("means").path(gene).asDouble());
      spread.and(
          "dispersion of " + gene,
          variable.dispersions()[gene],
          dispersion.isNull() ? Double.NaN : dispersion.asDouble());
      normalised.and(
          "gene " + gene,
          variable.normalised()[gene],
          wanted.path("normalised").path(gene).asDouble());
    }
    List.of(share, spread, normalised).forEach(Close::print);
    assertThat(
            IntStream.range(0, variable.selected().length)
                .filter(gene -> variable.selected()[gene]))
        .containsExactlyElementsOf(integers(wanted.path("selected")));
    assertThat(summary.top()).containsExactlyElementsOf(integers(wanted.path("top")));
  }

  private static List<Integer> integers(JsonNode list) {
    List<Integer> numbers = new java.util.ArrayList<>();
    list.forEach(number -> numbers.add(number.asInt()));
    return numbers;
  }
}
