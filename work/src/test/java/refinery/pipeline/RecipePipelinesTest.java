package refinery.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.compendium.Golden;
import refinery.dataset.store.DatasetWriter;
import refinery.dataset.store.Level;
import refinery.dataset.store.Measure;
import refinery.dataset.store.SampleEntry;
import refinery.dataset.store.Shape;
import refinery.protocol.BatchId;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.Provision;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;

/**
 * The pipelines {@code compendium} and {@code curation} on stores of datasets, by a real runner.
 */
class RecipePipelinesTest {
  @TempDir Path folder;
  private Workbench workbench;

  @BeforeEach
  void start() throws IOException {
    workbench = new Workbench(folder);
  }

  /** What a store is made of: tables with a row for each gene and a column for each sample. */
  private record Tables(
      Golden counts, double[][] lengths, String organism, List<Map<String, String>> known) {
    static Tables ofEqualLengths(Golden counts) {
      double[][] lengths = new double[counts.samples().size()][counts.genes().size()];
      Arrays.stream(lengths).forEach(column -> Arrays.fill(column, 1000));
      return new Tables(counts, lengths, "mus_musculus", List.of());
    }
  }

  /** A store of some samples, with the genes that these have. */
  private Path store(String name, Tables tables, IntPredicate taken) throws IOException {
    Golden counts = tables.counts();
    int[] samples = IntStream.range(0, counts.samples().size()).filter(taken).toArray();
    int[] genes =
        IntStream.range(0, counts.genes().size())
            .filter(g -> IntStream.of(samples).noneMatch(s -> Double.isNaN(counts.columns()[s][g])))
            .toArray();
    List<String> features = IntStream.of(genes).mapToObj(counts.genes()::get).toList();
    Path file = folder.resolve(name);
    Shape shape =
        new Shape(Level.GENE, List.of(Measure.COUNTS, Measure.TPM, Measure.LENGTH), features);
    try (DatasetWriter writer = DatasetWriter.create(file, shape, 1)) {
      for (int sample : samples) {
        double[] count = some(counts.columns()[sample], genes);
        double[] length = some(tables.lengths()[sample], genes);
        Map<String, String> known =
            tables.known().isEmpty() ? Map.of("title", "a\tb") : tables.known().get(sample);
        writer.add(
            new SampleEntry(
                counts.samples().get(sample), tables.organism(), "i", "salmon", "", "99", known),
            count,
            tpm(count, length),
            length);
      }
      writer.finish();
    }
    return file;
  }

  private static double[] some(double[] values, int[] rows) {
    return IntStream.of(rows).mapToDouble(row -> values[row]).toArray();
  }

  private static double[] tpm(double[] counts, double[] lengths) {
    double[] rates = new double[counts.length];
    Arrays.setAll(rates, gene -> counts[gene] == 0 ? 0 : counts[gene] / lengths[gene]);
    double sum = Arrays.stream(rates).sum();
    return Arrays.stream(rates).map(rate -> rate / sum * 1e6).toArray();
  }

  private Outcome run(String pipeline, Map<String, String> parameters, Path... stores)
      throws IOException {
    StringBuilder list = new StringBuilder();
    long bytes = 0;
    for (int i = 0; i < stores.length; i++) {
      var stored = workbench.permanent.put("", stores[i], false);
      bytes += stored.size();
      BatchId batch = BatchId.of("batch-dataset" + i);
      list.append(new MemberOutput(batch, "matrix.store", stored.sha256(), stored.size()).line())
          .append('\n');
    }
    Path file = Files.writeString(folder.resolve("list" + System.nanoTime()), list);
    var stored = workbench.permanent.put("", file, false);
    Manifest manifest = new Manifest(stored.sha256(), stores.length, bytes, stored.size());
    Map<String, String> all = new HashMap<>();
    Pipeline found = PipelineRegistry.load(java.util.Optional.empty()).find(pipeline).orElseThrow();
    found
        .parameters()
        .forEach((name, parameter) -> parameter.fallback().ifPresent(word -> all.put(name, word)));
    all.putAll(parameters);
    return workbench.run(
        new Work.Process(
            pipeline,
            List.of(),
            List.of(new Provision.All("stores", manifest)),
            all,
            all,
            List.of()),
        folder.resolve("scratch" + System.nanoTime()));
  }

  private String text(List<Artifact> artifacts, String name) throws IOException {
    return Files.readString(workbench.fetch(artifacts, name), UTF_8);
  }

  private Map<String, double[]> matrix(List<Artifact> artifacts) throws IOException {
    Map<String, double[]> columns = new TreeMap<>();
    try (InputStream in =
        new GZIPInputStream(
            Files.newInputStream(workbench.fetch(artifacts, "compendium.tsv.gz")))) {
      List<String[]> lines =
          new String(in.readAllBytes(), UTF_8).lines().map(line -> line.split("\t")).toList();
      for (int sample = 1; sample < lines.getFirst().length; sample++) {
        int column = sample;
        columns.put(
            lines.getFirst()[sample],
            lines.stream()
                .skip(1)
                .mapToDouble(
                    l -> l[column].equals("NA") ? Double.NaN : Double.parseDouble(l[column]))
                .toArray());
      }
    }
    return columns;
  }

  private static boolean isOtherIndex(int sample) {
    return sample >= 15 && sample < 20;
  }

  /** Two datasets of different indices give what refine.bio's lines give of one table. */
  @Test
  void makesACompendiumOfTwoDatasets() throws Exception {
    Tables tables = Tables.ofEqualLengths(Golden.read("counts.tsv"));
    Path[] stores = {
      store("one", tables, sample -> !isOtherIndex(sample)),
      store("two", tables, RecipePipelinesTest::isOtherIndex)
    };
    Map<String, String> parameters = Map.of("genes", "outer", "organism", "mus_musculus");
    List<Artifact> made = Workbench.processed(run("compendium", parameters, stores)).artifacts();
    Golden expected = Golden.read("compendium.tsv");
    Map<String, double[]> found = matrix(made);
    assertThat(found).containsOnlyKeys(expected.samples());
    double[][] columns = expected.samples().stream().map(found::get).toArray(double[][]::new);
    expected.assertSame("compendium of stores", refinery.expression.Counts.of(columns), 1e-12);
    assertThat(text(made, "dropped.tsv").lines())
        .contains("sample\ts22\tit has reads of 19 of 79 genes, wanted is half");
    assertThat(text(made, "samples.tsv").lines())
        .hasSize(24)
        .contains("s00\tmus_musculus\tsalmon\t99\ta b");
    JsonNode summary = Json.MAPPER.readTree(text(made, "compendium.json"));
    assertThat(summary.path("recipe").asText()).isEqualTo("compendium-1");
    assertThat(summary.path("genes").asInt()).isEqualTo(79);
    assertThat(summary.path("imputed_cells").asInt()).isZero();
    assertThat(digests(run("compendium", parameters, stores))).isEqualTo(digests(made));
  }

  private static List<String> digests(Outcome outcome) {
    return digests(Workbench.processed(outcome).artifacts());
  }

  private static List<String> digests(List<Artifact> artifacts) {
    return artifacts.stream()
        .filter(artifact -> !artifact.name().endsWith(".log"))
        .map(artifact -> artifact.name() + " " + artifact.sha256())
        .toList();
  }

  @Test
  void imputesAndNormalisesByParameter() throws Exception {
    Tables tables = Tables.ofEqualLengths(Golden.read("counts.tsv"));
    List<Artifact> made =
        Workbench.processed(
                run(
                    "compendium",
                    Map.of("genes", "outer", "impute", "svd", "quantiles", "own"),
                    store("one", tables, sample -> !isOtherIndex(sample)),
                    store("two", tables, RecipePipelinesTest::isOtherIndex)))
            .artifacts();
    Golden expected = Golden.read("compendium-svd-quantiles.tsv");
    Map<String, double[]> found = matrix(made);
    double[][] columns = expected.samples().stream().map(found::get).toArray(double[][]::new);
    expected.assertSame("compendium of stores", refinery.expression.Counts.of(columns), 1e-9);
  }

  private Tables curated() throws IOException {
    List<String> lines =
        Files.readAllLines(Path.of("src/test/resources/refinery/curation/runs.tsv"));
    List<Map<String, String>> known = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] row = line.split("\t");
      known.add(
          Map.of(
              "tissue_type",
              row[1],
              "harmonised_treatment",
              row[1].toLowerCase(Locale.ROOT),
              "study_accession",
              row[2],
              "mapping_rate",
              Double.toString(Double.parseDouble(row[3]) / 100)));
    }
    return new Tables(
        Golden.read("curation", "counts.tsv"),
        Golden.read("curation", "lengths.tsv").columns(),
        "mus_musculus",
        known);
  }

  @Test
  void curatesADatasetByItsTissues() throws Exception {
    Path store = store("store", curated(), sample -> true);
    List<Artifact> made =
        Workbench.processed(run("curation", Map.of("names", "amalgkit"), store)).artifacts();
    assertThat(text(made, "flagged.tsv").lines().map(line -> line.split("\t")[0]))
        .containsExactly("run", "SRR103", "SRR105", "SRR111", "SRR117");
    assertThat(text(made, "group_means.tsv").lines().findFirst())
        .hasValue("target_id\tbrain\tflower bud\tliver\tskin\ttail");
    assertThat(text(made, "within_groups.svg")).contains("flower bud");
    List<String> names = new ArrayList<>();
    try (ZipInputStream zip =
        new ZipInputStream(Files.newInputStream(workbench.fetch(made, "amalgkit.zip")))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        names.add(entry.getName());
        if (entry.getName().endsWith("Mus_musculus_tau.tsv")) {
          assertThat(new String(zip.readAllBytes(), UTF_8)).isEqualTo(text(made, "tau.tsv"));
        }
      }
    }
    assertThat(names)
        .contains("wsfilter/metadata.tsv", "finalize/Mus_musculus/Mus_musculus_expression.tsv")
        .contains("finalize/Mus_musculus/Mus_musculus_tau.tsv");
    List<Artifact> plain =
        Workbench.processed(run("curation", Map.of("group", "treatment"), store)).artifacts();
    assertThat(digests(made)).containsAll(digests(plain)).hasSize(digests(plain).size() + 1);
  }

  @Test
  void refusesWhatCannotBeMadeWithAReason() throws Exception {
    Tables mouse = Tables.ofEqualLengths(Golden.read("counts.tsv"));
    Tables other = new Tables(mouse.counts(), mouse.lengths(), "homo_sapiens", List.of());
    Path one = store("one", mouse, sample -> sample < 4);
    Path two = store("two", other, sample -> sample > 20);
    assertThat(message(run("compendium", Map.of(), one, two)))
        .isEqualTo(
            "the samples are of [homo_sapiens, mus_musculus]; choose one with the parameter"
                + " organism");
    assertThat(message(run("compendium", Map.of(), one, one)))
        .isEqualTo("the sample s00 is in more than one dataset");
    assertThat(message(run("curation", Map.of("group", "sex"), one)))
        .isEqualTo("curation compares groups, and the 4 runs have none");
    Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(Files.readAllBytes(one), 900));
    assertThat(run("compendium", Map.of(), cut))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.CORRUPT));
  }

  private static String message(Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
        ? failed.failure().message()
        : "not failed: " + outcome;
  }
}
