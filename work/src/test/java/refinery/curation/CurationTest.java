package refinery.curation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import refinery.compendium.Golden;
import refinery.expression.Close;
import refinery.expression.Columns;
import refinery.expression.Counts;
import refinery.expression.MappedColumns;
import refinery.expression.UnusableInput;

/** Beside what amalgkit itself made of the same runs. */
class CurationTest {
  private static final long MEMORY = 1 << 20;
  private static final double EXACT = 1e-9;

  private final Golden counts = Golden.read("curation", "counts.tsv");
  private final Golden lengths = Golden.read("curation", "lengths.tsv");
  private final Columns fpkm = transformed(Transform.LOG2P1_FPKM);
  private final List<CuratedRun> runs = runs();

  private Columns transformed(Transform transform) {
    return new MappedColumns(
        counts.values(),
        counts.genes().size(),
        (sample, column) -> transform.of(column, lengths.columns()[sample]));
  }

  static List<String[]> table(String name) {
    try (InputStream in = CurationTest.class.getResourceAsStream("/refinery/curation/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t", -1))
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<CuratedRun> runs() {
    List<String[]> table = table("runs.tsv");
    return table.subList(1, table.size()).stream()
        .map(
            row ->
                new CuratedRun(
                    row[0], row[1], row[2], OptionalDouble.of(Double.parseDouble(row[3]))))
        .toList();
  }

  private Curation curated() throws UnusableInput {
    return Curation.of(fpkm, runs, OutlierFilter.Thresholds.standard(), MEMORY);
  }

  @Test
  void transformsAsAmalgkit() {
    Golden.read("curation", "fpkm.tsv").assertSame("fpkm", fpkm, 1e-12);
    Golden.read("curation", "tpm.tsv").assertSame("tpm", transformed(Transform.LOG2P1_TPM), 1e-12);
  }

  @Test
  void flagsWhatAmalgkitExcludes() throws Exception {
    List<String[]> expected = table("judgements.tsv");
    List<Judgement> found = curated().judgements();
    assertThat(found).hasSize(expected.size() - 1);
    List<String> flagged = new ArrayList<>();
    Close within = Close.near("correlation within the group", EXACT);
    Close elsewhere = Close.near("correlation with other groups", EXACT);
    Close margin = Close.near("margin between the two", EXACT);
    Close score = Close.near("robust score", EXACT);
    for (int i = 0; i < found.size(); i++) {
      Judgement judgement = found.get(i);
      String[] row = expected.get(i + 1);
      assertThat(judgement.run().run()).isEqualTo(row[0]);
      assertThat(judgement.exclusion().word()).as(row[0]).isEqualTo(row[1]);
      assertThat(judgement.smallGroup()).as(row[0]).isEqualTo(row[7].equals("True"));
      if (!row[2].isEmpty()) {
        assertThat(judgement.round()).as(row[0]).isEqualTo((int) Double.parseDouble(row[2]));
      }
      within.and(row[0], judgement.within(), number(row[3]));
      elsewhere.and(row[0], judgement.elsewhere(), number(row[4]));
      margin.and(row[0], judgement.margin(), number(row[5]));
      score.and(row[0], judgement.robustZ(), number(row[6]));
      if (judgement.isFlagged()) {
        flagged.add(judgement.run().run());
      }
    }
    List.of(within, elsewhere, margin, score).forEach(Close::print);
    assertThat(flagged).containsExactly("SRR103", "SRR105", "SRR111", "SRR117");
  }

  private static double number(String field) {
    return field.isEmpty() ? Double.NaN : Double.parseDouble(field);
  }

  /** The tables, field by field. */
  @Test
  void writesAmalgkitsTables() throws Exception {
    CurationTables tables = new CurationTables("Mus musculus", counts.genes(), curated());
    assertSame("group_mean.tsv", text(tables::groupMeans));
    assertSame("group_mean_before.tsv", text(tables::groupMeansBefore));
    assertSame("tau.tsv", text(tables::tau));
    assertSame("correlation_statistics.tsv", text(tables::correlationStatistics));
    assertSame("fpkm.tsv", text(out -> tables.expression(out, fpkm, true, 1000)));
    assertThat(text(tables::runs).lines()).hasSize(runs.size() + 1);
    assertThat(text(tables::excluded).lines().map(line -> line.replaceFirst("\t.*", "")))
        .containsExactly("run", "SRR103", "SRR105", "SRR111", "SRR117");
    assertThat(text(out -> tables.expression(out, fpkm, false, MEMORY)).lines().findFirst())
        .hasValueSatisfying(
            header -> assertThat(header).contains("SRR104").doesNotContain("SRR105"));
  }

  /** One mark a run that was judged and a ring a flagged one; the same text each time. */
  @Test
  void drawsTheSameEachTime() throws Exception {
    CurationPlots plots = new CurationPlots(curated());
    String within = plots.withinGroups();
    assertThat(within).isEqualTo(new CurationPlots(curated()).withinGroups());
    assertThat(within).startsWith("<svg").contains("flower bud", "flagged");
    assertThat(circles(within, "rgb(230,159,0)")).isGreaterThan(circles(within, "rgb(86,180,233)"));
    assertThat(plots.tau())
        .isEqualTo(new CurationPlots(curated()).tau())
        .contains("Specificity of genes (1 of 120 have no expression)");
  }

  /** Archives name groups as they like. */
  @Test
  void drawsGroupsOfAnyName() throws Exception {
    double[][] columns = new double[8][40];
    String[] names = {"flagged", "a\tb", "a b", "<g>&\u0001"};
    List<CuratedRun> odd = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      int seed = i;
      java.util.Arrays.setAll(columns[i], row -> (row * (seed / 2 + 3)) % 11 + (row * seed) % 3);
      odd.add(run("r" + i, names[i / 2], 90));
    }
    Curation curation =
        Curation.of(Counts.of(columns), odd, OutlierFilter.Thresholds.standard(), MEMORY);
    assertThat(new CurationPlots(curation).withinGroups())
        .contains("&lt;g&gt;&amp;")
        .doesNotContain("\u0001");
    CurationTables tables = new CurationTables("x\ty", List.of(), curation);
    assertThat(text(tables::runs).lines()).allMatch(line -> line.split("\t", -1).length == 12);
  }

  private static int circles(String svg, String colour) {
    return svg.split(java.util.regex.Pattern.quote("fill:" + colour), -1).length;
  }

  private interface Table {
    void write(Appendable out) throws IOException;
  }

  private static String text(Table table) throws IOException {
    StringBuilder out = new StringBuilder();
    table.write(out);
    return out.toString();
  }

  private static void assertSame(String name, String found) {
    List<String[]> expected = table(name);
    List<String[]> lines = found.lines().map(line -> line.split("\t", -1)).toList();
    assertThat(lines).as(name).hasSameSizeAs(expected);
    Close close = Close.near(name, EXACT);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i)).as(name).hasSameSizeAs(expected.get(i));
      for (int j = 0; j < lines.get(i).length; j++) {
        String field = lines.get(i)[j];
        String wanted = expected.get(i)[j];
        if (i > 0 && wanted.matches("-?[0-9.]+(e[+-]?[0-9]+)?")) {
          close.and(lines.get(i)[0] + " " + lines.getFirst()[j], number(field), number(wanted));
        } else {
          assertThat(field).as(name + " " + lines.get(i)[0]).isEqualTo(wanted);
        }
      }
    }
    close.print();
  }

  /** Percent against percent: 15 % is below 20 %, which amalgkit 0.16 does not see. */
  @Test
  void comparesMappedReadsInPercent() {
    Correlations none = correlations(new double[] {1, 2}, new double[] {2, 1}, new double[] {1, 3});
    List<CuratedRun> some = List.of(run("a", "x", 0.25), run("b", "x", 15), run("c", "y", 20));
    List<Judgement> judged =
        OutlierFilter.judge(some, none, OutlierFilter.Thresholds.standard()).judgements();
    assertThat(judged)
        .extracting(judgement -> judgement.exclusion().word())
        .containsExactly("low_mapping_rate", "low_mapping_rate", "no");
  }

  private static CuratedRun run(String name, String group, double mapped) {
    return new CuratedRun(name, group, "P", OptionalDouble.of(mapped));
  }

  private static Correlations correlations(double[]... columns) {
    try {
      return Correlations.of(Counts.of(columns), MEMORY);
    } catch (UnusableInput e) {
      throw new AssertionError(e);
    }
  }

  /** Two opposite runs have a mean that does not vary: no correlation, and not one of rounding. */
  @Test
  void aMeanThatDoesNotVaryCorrelatesWithNothing() {
    double[] x = {0.1, 0.7, 0.3, 0.9, 0.2};
    double[] y = new double[x.length];
    java.util.Arrays.setAll(y, i -> 1 - x[i]);
    Correlations opposite = correlations(x, y, new double[] {5, 2, 7, 1, 1});
    assertThat(opposite.mean(List.of(0, 1)).with(2)).isNaN();
    assertThat(opposite.mean(List.of(0, 1)).withOthers(0)).isEqualTo(-1);
    assertThat(opposite.of(0, 1)).isEqualTo(-1);
  }

  @Test
  void scoresAsDeviationsOfTheMedian() {
    assertThat(OutlierFilter.scores(new double[] {1, 2})).containsOnly(Double.NaN);
    assertThat(OutlierFilter.scores(new double[] {3, 3, 3})).containsOnly(0);
    // the median deviation is 0, so the standard deviation counts
    assertThat(OutlierFilter.scores(new double[] {3, 3, 3, 5})).containsExactly(0, 0, 0, 2);
  }

  @Test
  void refusesWhatCannotBeCurated() {
    List<CuratedRun> one = List.of(run("a", "x", 90), run("b", "x", 90));
    assertRefused("curation compares groups, and the 2 runs have one", one);
    assertRefused("run a is there twice", List.of(run("a", "x", 90), run("a", "y", 90)));
    assertRefused(
        "1 of 2 genes have a value in all runs, which is nothing to correlate",
        List.of(run("a", "x", 90), run("b", "y", 90)));
    assertThatThrownBy(() -> Correlations.of(Counts.of(new double[500][2]), 1 << 20))
        .isInstanceOf(UnusableInput.class)
        .hasMessage("the correlations of 500 runs need 2 MiB and have 1; curate fewer at once");
  }

  private static void assertRefused(String message, List<CuratedRun> runs) {
    Counts values = Counts.of(new double[] {1, Double.NaN}, new double[] {2, 1});
    assertThatThrownBy(() -> Curation.of(values, runs, OutlierFilter.Thresholds.standard(), MEMORY))
        .isInstanceOf(UnusableInput.class)
        .hasMessage(message);
  }
}
