package refinery.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.compendium.IterativeSvd;
import refinery.dataset.format.Foreign;
import refinery.dataset.format.UnsuitableFormat;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.DatasetWriter;
import refinery.dataset.store.Measure;
import refinery.dataset.store.SampleEntry;
import refinery.expression.Counts;
import refinery.expression.Normalisation;
import refinery.expression.UnusableInput;
import refinery.memory.HeapRoom;
import refinery.protocol.BatchId;
import refinery.protocol.Json;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.dataset.DatasetId;
import refinery.protocol.dataset.DatasetPlan;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.DatasetRequestReader;
import refinery.protocol.dataset.PlanLine;
import refinery.storage.Sha256;

/** The vector of tximport 1.26.1, through a plan, a store and its formats. */
class DatasetMakerTest {
  private static final String[] GENES = {"A", "A", "B", "B", "C", "D", "C"};
  private static final double[] LENGTHS = {1000, 500, 2000, 300, 1500, 800, 1200};
  private static final double[] SHORTER = {200, 180, 150};
  private static final double[] SHORT = {120, 130, 140};
  private static final double[][] TPM = {
    {1e5, 5e4, 0, 0, 2.5e5, 6e5, 0}, {2e5, 0, 0, 0, 0, 8e5, 0}, {0, 0, 0, 0, 3e5, 5e5, 2e5}
  };
  private static final double[][] READS = {
    {80, 20, 0, 0, 325, 360, 0}, {164, 0, 0, 0, 0, 496, 0}, {0, 0, 0, 0, 405, 325, 210}
  };

  /** Prints each entry of the bundle with the digest of its bytes. */
  private static final String BUNDLE =
      """
      import hashlib, zipfile
      with zipfile.ZipFile('quant.sf.zip') as bundle:
          assert bundle.testzip() is None
          for name in bundle.namelist():
              print(name, hashlib.sha256(bundle.read(name)).hexdigest())
      """;

  @TempDir Path temp;
  private final Map<String, byte[]> stored = new HashMap<>();
  private long heap = 1 << 20;
  private long needed;

  private final StoredBytes bytes =
      new StoredBytes() {
        @Override
        public InputStream open(String sha256) throws IOException {
          return new ByteArrayInputStream(
              Optional.ofNullable(stored.get(sha256)).orElseThrow(() -> new IOException(sha256)));
        }

        @Override
        public void materialise(String sha256, Path target) throws IOException {
          try (InputStream in = open(sha256)) {
            Files.copy(in, target);
          }
        }
      };

  private String put(byte[] content) {
    String sha256 = Sha256.of(new String(content, StandardCharsets.ISO_8859_1));
    stored.put(sha256, content);
    return sha256;
  }

  private String put(String text) {
    return put(text.getBytes(StandardCharsets.US_ASCII));
  }

  private String quantification(int sample) {
    StringBuilder table = new StringBuilder("Name\tLength\tEffectiveLength\tTPM\tNumReads\n");
    for (int row = 0; row < GENES.length; row++) {
      double effective = row == 3 ? SHORT[sample] : LENGTHS[row] - SHORTER[sample];
      table.append(
          String.format(
              Locale.ROOT,
              "t%d\t%.0f\t%.3f\t%.6f\t%.3f\n",
              row + 1,
              LENGTHS[row],
              effective,
              TPM[sample][row],
              READS[sample][row]));
    }
    return put(table.toString());
  }

  private String genes() {
    StringBuilder map = new StringBuilder();
    for (int row = 0; row < GENES.length; row++) {
      map.append(GENES[row]).append('\t').append('t').append(row + 1).append('\n');
    }
    return put(map.toString());
  }

  private static PlanLine.Taken taken(int sample, String sha256, boolean kept) {
    return new PlanLine.Taken(
        "s" + (sample + 1),
        BatchId.of("batch-s" + sample),
        "",
        sha256,
        1,
        kept,
        Map.of("title", "one\ttwo", "salmon_version", "1.10.1"));
  }

  private Path make(
      String name, String request, List<PlanLine.Taken> samples, Optional<String> base)
      throws Exception {
    ObjectNode body = (ObjectNode) Json.MAPPER.readTree(request);
    body.putArray("samples").add("s1");
    Validated<DatasetRequest> read = DatasetRequestReader.read(body);
    DatasetRequest asked = ((Validated.Valid<DatasetRequest>) read).value();
    DatasetPlan plan =
        new DatasetPlan(
            DatasetId.of("dataset-x"),
            1,
            Optional.empty(),
            asked.json(1),
            "salmon-quant",
            "quant.sf",
            new DatasetPlan.Samples(3, samples.size(), 1, 0),
            List.of(
                new DatasetPlan.Matrix(
                    "", Optional.of("fly"), "ab", Optional.of("7"), genes(), samples.size(), base)),
            List.of());
    StringBuilder text = new StringBuilder(new PlanLine.Head(plan).text()).append('\n');
    text.append(new PlanLine.Dropped("s9", Optional.empty(), "not\tdone").text()).append('\n');
    samples.forEach(sample -> text.append(sample.text()).append('\n'));
    Path folder = Files.createDirectories(temp.resolve(name));
    new DatasetMaker(
            new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)),
            bytes,
            folder,
            2,
            () -> {},
            new DatasetMaker.Room() {
              @Override
              public long limit() {
                return heap;
              }

              @Override
              public void with(long bytes, HeapRoom.Work work) throws IOException {
                needed = Math.max(needed, bytes);
                work.run();
              }
            })
        .make();
    return folder;
  }

  private List<PlanLine.Taken> all() {
    return Stream.of(0, 1, 2).map(i -> taken(i, quantification(i), false)).toList();
  }

  private static Map<String, double[]> table(Path file) throws IOException {
    Map<String, double[]> rows = new TreeMap<>();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      for (String line : lines.subList(1, lines.size())) {
        String[] cells = line.split("\t");
        double[] values = new double[cells.length - 1];
        for (int i = 0; i < values.length; i++) {
          values[i] = cells[i + 1].equals("NA") ? Double.NaN : Double.parseDouble(cells[i + 1]);
        }
        rows.put(cells[0], values);
      }
    }
    return rows;
  }

  private static void is(Path file, Object... rows) throws IOException {
    Map<String, double[]> table = table(file);
    assertThat(table).hasSize(rows.length / 2);
    for (int i = 0; i < rows.length; i += 2) {
      double[] expected = (double[]) rows[i + 1];
      double[] found = table.get(rows[i]);
      for (int column = 0; column < expected.length; column++) {
        assertThat(found[column])
            .as("%s of %s in column %d", file.getFileName(), rows[i], column)
            .isCloseTo(expected[column], within(1e-9 * Math.max(1, expected[column])));
      }
    }
  }

  private static double[] row(double... values) {
    return values;
  }

  @Test
  void genesAreThoseOfTximport() throws Exception {
    Path no = make("no", "{}", all(), Optional.empty());
    is(
        no.resolve("counts.tsv.gz"),
        "A",
        row(100, 164, 0),
        "B",
        row(0, 0, 0),
        "C",
        row(325, 0, 615),
        "D",
        row(360, 496, 325));
    is(
        no.resolve("length.tsv.gz"),
        "A",
        row(633.333333333, 820, 720.647856677),
        "B",
        row(976.666666667, 976.666666667, 976.666666667),
        "C",
        row(1300, 1264.515717577, 1230),
        "D",
        row(600, 620, 650));
    assertThat(no.resolve("raw_counts.tsv.gz")).doesNotExist();
    Path scaled = make("scaled", "{\"counts\": \"scaledTPM\"}", all(), Optional.empty());
    is(
        scaled.resolve("counts.tsv.gz"),
        "A",
        row(117.75, 132, 0),
        "B",
        row(0, 0, 0),
        "C",
        row(196.25, 0, 470),
        "D",
        row(471, 528, 470));
    Path length =
        make(
            "length",
            "{\"counts\": \"lengthScaledTPM\", \"values\": [\"counts\"]}",
            all(),
            Optional.empty());
    is(
        length.resolve("counts.tsv.gz"),
        "A",
        row(106.806649404, 148.625479703, 0),
        "B",
        row(0, 0, 0),
        "C",
        row(310.704551146, 0, 629.682209806),
        "D",
        row(367.488799450, 511.374520297, 310.317790194));
    assertThat(Files.readAllBytes(length.resolve("raw_counts.tsv.gz")))
        .as("raw counts are always there")
        .isEqualTo(Files.readAllBytes(no.resolve("counts.tsv.gz")));
    assertThat(length.resolve("tpm.tsv.gz")).doesNotExist();
  }

  /** Seven cells are not zero. */
  @Test
  void aFormatGetsTheHeapThatItNeedsOrIsRefused() throws Exception {
    make("tables", "{}", all(), Optional.empty());
    assertThat(needed).isZero();
    make("h5ad", "{\"formats\": [\"h5ad\"]}", all(), Optional.empty());
    assertThat(needed).isEqualTo(7 * 24);
    heap = 7 * 24 - 1;
    assertThatThrownBy(() -> make("none", "{\"formats\": [\"h5ad\"]}", all(), Optional.empty()))
        .isInstanceOf(UnsuitableFormat.class)
        .hasMessageContainingAll("7 cells", "half of this node's heap", "parquet");
  }

  @Test
  void transcriptsAreThoseOfTximport() throws Exception {
    Path folder =
        make(
            "dtu",
            "{\"level\": \"transcript\", \"counts\": \"dtuScaledTPM\"}",
            all(),
            Optional.empty());
    is(
        folder.resolve("counts.tsv.gz"),
        "t1",
        row(59.7433628319, 123.391304348, 0),
        "t2",
        row(29.8716814159, 0, 0),
        "t3",
        row(0, 0, 0),
        "t4",
        row(0, 0, 0),
        "t5",
        row(305.6637168142, 0, 368.326530612),
        "t6",
        row(389.7212389381, 536.608695652, 326.122448980),
        "t7",
        row(0, 0, 245.551020408));
  }

  @Test
  void countsAreDividedByWhatIsToldOfEachSample() throws Exception {
    Path folder = make("tmm", "{\"normalise\": \"upperquartile\"}", all(), Optional.empty());
    double[][] columns = {{100, 0, 325, 360}, {164, 0, 0, 496}, {0, 0, 615, 325}};
    double[] factors = Normalisation.UPPER_QUARTILE.factors(Counts.of(columns));
    double[] libraries = {785, 660, 940};
    double mean = 0;
    for (int i = 0; i < 3; i++) {
      mean += factors[i] * libraries[i] / 3;
    }
    double[] expected = new double[3];
    for (int i = 0; i < 3; i++) {
      expected[i] = columns[i][3] / (factors[i] * libraries[i] / mean);
    }
    assertThat(table(folder.resolve("counts.tsv.gz")).get("D"))
        .containsExactly(expected, within(1e-9));
    List<String> lines = Files.readAllLines(folder.resolve("samples.tsv"));
    assertThat(lines.getFirst())
        .isEqualTo("sample\tbatch\tmatrix\tquant_sha256\tsize_factor\tsalmon_version\ttitle");
    assertThat(Double.parseDouble(lines.get(1).split("\t")[4]))
        .isCloseTo(factors[0] * libraries[0] / mean, within(1e-12));
    assertThat(lines.get(1)).endsWith("\tone two");
    assertThat(Files.readAllLines(folder.resolve("dropped.tsv"))).contains("s9\t\tnot done");
  }

  /** The target is the mean of the sorted columns 0 100 325 360, 0 0 164 496 and 0 0 325 615. */
  @Test
  void samplesGetTheirMeanDistribution() throws Exception {
    Path folder =
        make(
            "quantile",
            "{\"normalise\": \"quantile\", \"formats\": [\"tsv.gz\", \"mtx\", \"h5ad\"]}",
            all(),
            Optional.empty());
    double third = (325 + 164 + 325) / 3.0;
    double last = (360 + 496 + 615) / 3.0;
    is(
        folder.resolve("counts.tsv.gz"),
        "A",
        row(100 / 3.0, third, 50 / 3.0),
        "B",
        row(0, 50 / 3.0, 50 / 3.0),
        "C",
        row(third, 50 / 3.0, last),
        "D",
        row(last, last, third));
    is(
        folder.resolve("raw_counts.tsv.gz"),
        "A",
        row(100, 164, 0),
        "B",
        row(0, 0, 0),
        "C",
        row(325, 0, 615),
        "D",
        row(360, 496, 325));
    assertThat(table(folder.resolve("tpm.tsv.gz")).get("D"))
        .as("other values stay")
        .containsExactly(row(6e5, 8e5, 5e5), within(1e-6));
    assertThat(folder.resolve("reshaped.store")).doesNotExist();
  }

  @Test
  void rowsAreScaledOverAllSamples() throws Exception {
    Path minmax =
        make(
            "minmax", "{\"scale\": \"minmax\", \"values\": [\"counts\"]}", all(), Optional.empty());
    is(
        minmax.resolve("counts.tsv.gz"),
        "A",
        row(100 / 164.0, 1, 0),
        "B",
        row(0, 0, 0),
        "C",
        row(325 / 615.0, 0, 1),
        "D",
        row(35 / 171.0, 1, 0));
    Path standard =
        make(
            "standard",
            "{\"scale\": \"standard\", \"layout\": \"refinebio\"}",
            all(),
            Optional.empty());
    double mean = (360 + 496 + 325) / 3.0;
    double deviation =
        Math.sqrt(
            (Math.pow(360 - mean, 2) + Math.pow(496 - mean, 2) + Math.pow(325 - mean, 2)) / 3);
    assertThat(table(standard.resolve("counts.tsv.gz")).get("D"))
        .containsExactly(
            row((360 - mean) / deviation, (496 - mean) / deviation, (325 - mean) / deviation),
            within(1e-9));
  }

  /** A base lacks one count; what is made of it is what the approximation makes of the columns. */
  @Test
  void absentCountsAreImputedAndWhatNobodyLacksStays() throws Exception {
    List<PlanLine.Taken> samples = all();
    Path base = make("lacking", "{}", samples.subList(0, 2), Optional.empty());
    String store = put(Files.readAllBytes(withoutCountOfD(base.resolve("matrix.store"))));
    List<PlanLine.Taken> appended = new ArrayList<>();
    samples.subList(0, 2).forEach(each -> appended.add(each.keptThere()));
    appended.add(samples.get(2));
    Path as = make("absent", "{}", appended, Optional.of(store));
    assertThat(table(as.resolve("counts.tsv.gz")).get("D")).containsExactly(Double.NaN, 496, 325);
    Path folder = make("svd", "{\"impute\": \"svd\"}", appended, Optional.of(store));
    double[][] columns = {{100, 0, 325, Double.NaN}, {164, 0, 0, 496}, {0, 0, 615, 325}};
    double imputed =
        IterativeSvd.impute(Counts.of(columns), IterativeSvd.Settings.standard(1 << 20))
            .columns()
            .column(0)[3];
    assertThat(imputed).isPositive();
    is(
        folder.resolve("counts.tsv.gz"),
        "A",
        row(100, 164, 0),
        "B",
        row(0, 0, 0),
        "C",
        row(325, 0, 615),
        "D",
        row(imputed, 496, 325));
    assertThat(table(folder.resolve("raw_counts.tsv.gz")).get("D"))
        .as("raw counts stay absent")
        .containsExactly(Double.NaN, 496, 325);
  }

  /** A copy of a store in which the first sample lacks the count of its last gene. */
  private Path withoutCountOfD(Path store) throws IOException {
    Path file = temp.resolve("lacking.store");
    try (DatasetStore whole = DatasetStore.open(store);
        DatasetWriter writer = DatasetWriter.like(whole, file, 1)) {
      List<Measure> measures = whole.shape().measures();
      for (int sample = 0; sample < whole.accessions().size(); sample++) {
        double[][] values = new double[measures.size()][];
        for (int i = 0; i < values.length; i++) {
          values[i] = whole.columns(measures.get(i), 0)[sample].clone();
        }
        if (sample == 0) {
          values[measures.indexOf(Measure.COUNTS)][whole.row("D").orElseThrow()] = Double.NaN;
        }
        writer.add(whole.entries(0).get(sample), values);
      }
      writer.finish();
    }
    return file;
  }

  /** The old quantifications are gone, and what is made is what it would be of all of them. */
  @Test
  void whatIsAppendedToABaseIsNotReadAgain() throws Exception {
    List<PlanLine.Taken> samples = all();
    Path whole = make("whole", "{\"counts\": \"lengthScaledTPM\"}", samples, Optional.empty());
    Path base = make("base", "{}", samples.subList(0, 2), Optional.empty());
    String store = put(Files.readAllBytes(base.resolve("matrix.store")));
    stored.remove(samples.get(0).sha256());
    stored.remove(samples.get(1).sha256());
    List<PlanLine.Taken> appended = new ArrayList<>();
    samples.subList(0, 2).forEach(each -> appended.add(each.keptThere()));
    appended.add(samples.get(2));
    Path more = make("more", "{\"counts\": \"lengthScaledTPM\"}", appended, Optional.of(store));
    for (String file : List.of("counts.tsv.gz", "tpm.tsv.gz", "length.tsv.gz")) {
      assertThat(Files.readAllBytes(more.resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(whole.resolve(file)));
    }
    try (DatasetStore both = DatasetStore.open(more.resolve("matrix.store"))) {
      assertThat(both.slice(Measure.COUNTS, both.row("C").orElseThrow()))
          .containsExactly(325, 0, 615);
      assertThat(both.entries()).extracting(SampleEntry::toolVersion).containsOnly("1.10.1");
    }
    assertThat(more.resolve("base.store")).doesNotExist();
  }

  @Test
  void theSameMakesTheSameBytesAndTheBundleHoldsTheTables() throws Exception {
    List<PlanLine.Taken> samples = all();
    String request = "{\"formats\": [\"tsv.gz\", \"mtx\", \"quant.sf\"]}";
    Path one = make("one", request, samples, Optional.empty());
    Path two = make("two", request, samples, Optional.empty());
    try (Stream<Path> files = Files.walk(one)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(two.resolve(one.relativize(file))).hasSameBinaryContentAs(file);
      }
    }
    List<String> found = new ArrayList<>();
    for (PlanLine.Taken sample : samples) {
      found.add(sample.sample() + "_quant.sf " + sample.sha256());
    }
    assertThat(Foreign.python(one, "zipfile", BUNDLE)).isEqualTo(String.join("\n", found));
  }

  @Test
  void theLayoutOfRefinebioIsAZipBesideThem() throws Exception {
    Path folder = make("bio", "{\"layout\": \"refinebio\"}", all(), Optional.empty());
    try (java.util.zip.ZipFile zip =
        new java.util.zip.ZipFile(folder.resolve("refinebio.zip").toFile())) {
      String table =
          new String(
              zip.getInputStream(zip.getEntry("ALL/ALL.tsv")).readAllBytes(),
              StandardCharsets.UTF_8);
      assertThat(table).startsWith("Gene\ts1\ts2\ts3\nA\t100\t164\t0\n");
      assertThat(zip.getEntry("filtered_samples_metadata.tsv")).isNotNull();
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("nothing is left behind")
          .containsExactlyInAnyOrder(
              "matrix.store",
              "counts.tsv.gz",
              "tpm.tsv.gz",
              "length.tsv.gz",
              "samples.tsv",
              "dropped.tsv",
              "refinebio.zip");
    }
  }

  @Test
  void whatIsDamagedOrOfAnotherIndexIsNotTaken() throws Exception {
    List<PlanLine.Taken> samples = all();
    stored.put(samples.get(1).sha256(), stored.get(samples.get(2).sha256()));
    assertThatThrownBy(() -> make("damaged", "{}", samples, Optional.empty()))
        .isInstanceOf(UnusableInput.class)
        .hasMessageContaining("s2 is damaged");
    String other = put("Name\tLength\tEffectiveLength\tTPM\tNumReads\nx1\t1\t1\t1\t1\n");
    assertThatThrownBy(
            () ->
                make(
                    "other",
                    "{}",
                    List.of(samples.get(0), taken(1, other, false)),
                    Optional.empty()))
        .isInstanceOf(UnusableInput.class)
        .hasMessageContaining("s2 has x1");
  }
}
