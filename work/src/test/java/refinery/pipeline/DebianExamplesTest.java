package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.expression.Close;
import refinery.expression.CountsFromAbundance;
import refinery.expression.ExpressionMatrix;
import refinery.expression.GeneGrouping;
import refinery.expression.GeneMap;
import refinery.expression.GeneSummary;
import refinery.expression.IdRule;
import refinery.expression.LiveR;
import refinery.expression.Quantification;
import refinery.expression.QuantificationFormat;
import refinery.expression.QuantificationReader;
import refinery.expression.UnusableInput;
import refinery.pipeline.DebianExamples.Result;
import refinery.protocol.Json;
import refinery.testing.RequiresTools;

/**
 * The example data that Debian installs with kallisto and salmon, through the shipped pipelines,
 * gives what the tools give that are called by hand, and genes as Bioconductor makes them.
 */
@RequiresTools({"salmon", "kallisto", "rsem-prepare-reference"})
class DebianExamplesTest {
  private static final List<CountsFromAbundance> MODES =
      List.of(
          CountsFromAbundance.NO,
          CountsFromAbundance.SCALED_TPM,
          CountsFromAbundance.LENGTH_SCALED_TPM);

  /** Makes the files {@code I.WHAT} of each table {@code I.table}. */
  private static final String SCRIPT =
      """
      out <- function(x, i, what) writeBin(as.double(x), paste0(i, ".", what), endian = "little")
      for (i in 0:3) {
        genes <- read.delim(paste0(i, ".map"), header = FALSE, colClasses = "character")[, 2:1]
        for (mode in c("no", "scaledTPM", "lengthScaledTPM")) {
          g <- tximport(paste0(i, ".table"), type = readLines(paste0(i, ".tool")), tx2gene = genes,
                        countsFromAbundance = mode, dropInfReps = TRUE, importer = read.delim)
          writeLines(rownames(g$counts), paste0(i, ".rows"))
          out(g$counts, i, mode)
          out(g$length, i, "length")
          out(g$abundance, i, "tpm")
        }
      }
      """;

  /** A column of the tools' tables. */
  private record Figure(String name, Function<Quantification, double[]> values) {}

  private static final List<Figure> FIGURES =
      List.of(
          new Figure("length", Quantification::lengths),
          new Figure("effective length", Quantification::effectiveLengths),
          new Figure("counts", Quantification::counts),
          new Figure("TPM", Quantification::tpm));

  /**
   * With bias correction salmon learns the biases from fragments that it draws anew in each run,
   * with one thread, too. Of each example 40 tables made by hand had TPM that differ by up to 15 %
   * (standard deviation 3.2 %), counts by 12 % and effective lengths by 11 %; this is twice as
   * much. What it counts before that, its equivalence classes, is always the same.
   */
  private static final double SALMON_VARIES = 0.3;

  /** Genes with exons in common exchange up to one read (11 tables), others 0.002. */
  private static final double READS_OF_A_GENE = 3;

  @TempDir static Path folder;
  private static List<Result> results;

  @BeforeAll
  static void quantify() throws IOException, InterruptedException {
    results = DebianExamples.quantify(folder);
  }

  private static Quantification read(Path table, QuantificationFormat format)
      throws IOException, UnusableInput {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(table))) {
      return QuantificationReader.read(table.toString(), in, format, Optional.empty());
    }
  }

  private static Map<String, Double> byName(Quantification table, double[] values) {
    Map<String, Double> named = new TreeMap<>();
    for (int row = 0; row < values.length; row++) {
      named.put(table.ids().name(row), values[row]);
    }
    return named;
  }

  /** Prints and returns the largest difference. */
  private static double difference(
      String what, String from, Map<String, Double> found, Map<String, Double> expected) {
    return difference(what, from, found, expected, (value, reference) -> value - reference);
  }

  private static double difference(
      String what,
      String from,
      Map<String, Double> found,
      Map<String, Double> expected,
      DoubleBinaryOperator difference) {
    assertThat(found.keySet()).as(what).isEqualTo(expected.keySet()).isNotEmpty();
    String worst = "";
    double largest = -1;
    for (String name : found.keySet()) {
      double of = Math.abs(difference.applyAsDouble(found.get(name), expected.get(name)));
      assertThat(of).as(name).isNotNaN();
      worst = of > largest ? name : worst;
      largest = Math.max(of, largest);
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %d values, at most %.2g from %s (%s: %s, %s)%n",
        what,
        found.size(),
        largest,
        from,
        worst,
        found.get(worst),
        expected.get(worst));
    return largest;
  }

  /** Of the value; below 1 of 1. */
  private static double relative(double value, double reference) {
    return (value - reference) / Math.max(1, Math.abs(reference));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void kallistoCountsAsByHand(int number) throws IOException, UnusableInput {
    Result result = results.get(number);
    Quantification found = read(result.table(), result.format());
    Quantification expected = read(result.byHand(), result.format());
    assertTheSame("the tool by hand", result, found, expected);
    JsonNode info = Json.MAPPER.readTree(result.runInfo().toFile());
    assertThat(result.processed().facts())
        .containsEntry("mapped", info.path("n_pseudoaligned").asText());
  }

  private static void assertTheSame(
      String from, Result result, Quantification found, Quantification expected) {
    for (Figure figure : FIGURES) {
      String what = "kallisto of %s, %s".formatted(result.example(), figure.name());
      Map<String, Double> values = byName(found, figure.values().apply(found));
      Map<String, Double> references = byName(expected, figure.values().apply(expected));
      assertThat(difference(what, from, values, references)).as(what).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void salmonCountsAsByHand(int number) throws IOException, UnusableInput {
    Result result = results.get(number);
    String of = "salmon of " + result.example();
    Map<String, Double> classes = classes(result.classes());
    assertThat(
            difference(
                of + ", fragments by equivalence class",
                "the tool by hand",
                classes,
                classes(result.classesByHand())))
        .isZero();
    JsonNode info = Json.MAPPER.readTree(result.runInfo().toFile());
    assertThat(result.processed().facts())
        .containsEntry("mapped", info.path("num_mapped").asText());
    Quantification found = read(result.table(), result.format());
    Quantification expected = read(result.byHand(), result.format());
    for (Figure figure : FIGURES) {
      String what = of + ", " + figure.name() + " (of 1)";
      double largest =
          difference(
              what,
              "the tool by hand",
              byName(found, figure.values().apply(found)),
              byName(expected, figure.values().apply(expected)),
              DebianExamplesTest::relative);
      assertThat(largest)
          .as(what)
          .isLessThanOrEqualTo(figure.name().equals("length") ? 0 : SALMON_VARIES);
    }
    assertThat(
            difference(
                of + ", counts of genes",
                "the tool by hand",
                countsOfGenes(result, found),
                countsOfGenes(result, expected)))
        .isLessThanOrEqualTo(READS_OF_A_GENE);
  }

  private static Map<String, Double> countsOfGenes(Result result, Quantification table)
      throws IOException {
    Map<String, Double> transcripts = byName(table, table.counts());
    Map<String, Double> genes = new TreeMap<>();
    for (String line : Workbench.lines(result.map())) {
      String[] columns = line.split("\t", -1);
      genes.merge(columns[0], transcripts.get(columns[1]), Double::sum);
    }
    return genes;
  }

  /** Fragments by the transcripts that they fit, of salmon's file. */
  private static Map<String, Double> classes(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      int transcripts = Integer.parseInt(lines.getFirst());
      List<String> names = lines.subList(2, 2 + transcripts);
      Map<String, Double> classes = new TreeMap<>();
      for (String line : lines.subList(2 + transcripts, lines.size())) {
        String[] columns = line.split("\t");
        String members =
            Arrays.stream(columns, 1, columns.length - 1)
                .map(column -> names.get(Integer.parseInt(column)))
                .sorted()
                .collect(Collectors.joining(" "));
        classes.merge(members, Double.valueOf(columns[columns.length - 1]), Double::sum);
      }
      return classes;
    }
  }

  /** Debian installs the table that its kallisto made of the example, too. */
  @Test
  void kallistoCountsAsDebianRecorded() throws IOException, UnusableInput {
    Result result = results.getFirst();
    Path recorded = DebianExamples.KALLISTO.resolve("quant_out");
    String version = version(recorded.resolve("run_info.json"));
    assumeTrue(
        version.equals(version(result.runInfo())),
        "SKIPPED: Debian's recorded table is of kallisto " + version);
    Quantification found = read(result.table(), QuantificationFormat.KALLISTO);
    Quantification expected =
        read(recorded.resolve("abundance.tsv"), QuantificationFormat.KALLISTO);
    assertTheSame("Debian's record", result, found, expected);
  }

  private static String version(Path runInfo) throws IOException {
    return Json.MAPPER.readTree(runInfo.toFile()).path("kallisto_version").asText();
  }

  @Test
  void genesAreThoseOfTximport() throws Exception {
    Path live = Files.createDirectories(folder.resolve("live"));
    for (int i = 0; i < results.size(); i++) {
      Files.copy(results.get(i).table(), live.resolve(i + ".table"));
      Files.copy(results.get(i).map(), live.resolve(i + ".map"));
      Files.writeString(live.resolve(i + ".tool"), results.get(i).tool() + "\n");
    }
    LiveR.run(live, "tximport", "r-bioc-tximport", SCRIPT);
    for (int i = 0; i < results.size(); i++) {
      Result result = results.get(i);
      GeneMap map = new GeneMap();
      for (String line : Workbench.lines(result.map())) {
        map.add(line.split("\t")[1], line.split("\t")[0]);
      }
      Quantification table = read(result.table(), result.format());
      GeneGrouping grouping = GeneGrouping.of(table.ids(), map, IdRule.WHOLE);
      GeneSummary genes = new GeneSummary(grouping);
      genes.add(grouping.sum(table));
      assertThat(genes.matrix(CountsFromAbundance.NO).rows())
          .isEqualTo(Files.readAllLines(live.resolve(i + ".rows")));
      for (CountsFromAbundance mode : MODES) {
        ExpressionMatrix.Sample sample = genes.matrix(mode).samples().getFirst();
        closeToR(result, live.resolve(i + "." + mode.word()), sample.counts());
        if (mode == CountsFromAbundance.NO) {
          closeToR(result, live.resolve(i + ".length"), sample.lengths());
          closeToR(result, live.resolve(i + ".tpm"), sample.tpm());
        }
      }
      if (result.tool().equals("salmon")) {
        theStepWrites(result, live, i);
      }
    }
  }

  private static void closeToR(Result result, Path file, double[] values) throws IOException {
    String what = file.getFileName().toString().substring(2);
    Close.assertClose(
        "genes of %s of %s, %s".formatted(result.tool(), result.example(), what),
        values,
        LiveR.doubles(file));
  }

  /** The table of the pipeline's own step, which has fewer decimals. */
  private static void theStepWrites(Result result, Path live, int i)
      throws IOException, UnusableInput {
    Path table = result.bench().fetch(result.processed().artifacts(), "quant.genes.sf");
    Quantification genes = read(table, QuantificationFormat.SALMON);
    assertRounded(genes, "counts", genes.counts(), live.resolve(i + ".no"), 5.01e-4);
    assertRounded(genes, "TPM", genes.tpm(), live.resolve(i + ".tpm"), 5.01e-7);
    assertRounded(
        genes, "effective length", genes.effectiveLengths(), live.resolve(i + ".length"), 5.01e-10);
  }

  private static void assertRounded(
      Quantification genes, String what, double[] found, Path file, double half)
      throws IOException {
    assertThat(
            difference(
                "quant.genes.sf, " + what,
                "R",
                byName(genes, found),
                byName(genes, LiveR.doubles(file))))
        .as(what)
        .isLessThanOrEqualTo(half);
  }
}
