package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.expression.Close;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.quality.Judgement;
import refinery.quality.Measure;
import refinery.quality.Measures;
import refinery.quality.QualityRulesFile;
import refinery.quality.Reason;
import refinery.quality.RunQuality;
import refinery.testing.RequiresTools;

/** The shipped pipelines with the real tools give the recorded results. */
@RequiresTools
class GoldenTest {
  @TempDir static Path folder;
  private static Workbench bench;
  private static JobResult.Processed index31;

  @BeforeAll
  static void buildIndices() throws IOException {
    bench = new Workbench(folder);
    index31 = bench.buildIndex(31);
    bench.buildIndex(23);
  }

  private static List<RawFile> reads(String run, String directory, int length) throws IOException {
    String path = "vol1/fastq/" + directory + "/" + run;
    if (length > 50) {
      return bench.pair(
          Workbench.fixture(path + "_1.fastq.gz"),
          Workbench.fixture(path + "_2.fastq.gz"),
          3000,
          length);
    }
    return List.of(
        bench.raw(
            "reads",
            Workbench.fixture(path + ".fastq.gz"),
            OptionalLong.of(3000),
            OptionalLong.of(3000L * length)));
  }

  /** The one transcript of ribosomal RNA in the species' annotation. */
  private static final String RIBOSOMAL = "SMINT00000000600";

  private static final Map<String, String> RUN =
      Map.of("organism", "synthetica_minima", "read_count", "3000", "hostile", "$(rm -rf /)");

  private static Map<String, Double> column(Path file, int column) throws IOException {
    Map<String, Double> values = new HashMap<>();
    Workbench.lines(file).stream()
        .skip(1)
        .map(line -> line.split("\t", -1))
        .forEach(columns -> values.put(columns[0], Double.valueOf(columns[column])));
    return values;
  }

  private static Map<String, Double> byGene(Map<String, Double> transcripts) throws IOException {
    Map<String, Double> genes = new HashMap<>();
    for (String line : Workbench.lines(Workbench.fixture("expected/genes_to_transcripts.txt"))) {
      String[] columns = line.split("\t", -1);
      genes.merge(columns[0], transcripts.getOrDefault(columns[1], 0.0), Double::sum);
    }
    return genes;
  }

  @Test
  void theIndexHoldsExactlyTheExpectedTranscripts() throws IOException {
    assertThat(index31.artifacts())
        .extracting(Artifact::name)
        .startsWith(
            "synthetica_minima.SMIN1.99.k31.tar.gz",
            "synthetica_minima.SMIN1.99.k31.kallisto.tar.gz",
            "genes_to_transcripts.txt");
    assertThat(bench.fetch(index31.artifacts(), "genes_to_transcripts.txt"))
        .hasSameTextualContentAs(Workbench.fixture("expected/genes_to_transcripts.txt"));
    Path unpacked = folder.resolve("unpacked");
    Files.createDirectories(unpacked);
    Path tarball = bench.fetch(index31.artifacts(), "k31.tar.gz");
    assertThat(tar(tarball, unpacked)).isZero();
    assertThat(Map.copyOf(sequences(unpacked.resolve("transcripts.fa"))))
        .isEqualTo(sequences(Workbench.fixture("expected/transcripts.fa.gz")));
    assertThat(index31.facts())
        .containsEntry("transcripts", "132")
        .containsEntry("genes", "60")
        .containsEntry("kallisto_max_ec", "8")
        .containsEntry("kallisto_ec_membership", "433")
        .containsEntry(
            "index_seq_hash", "88c5d71b5ca241499c790b4c8d0a9becc34aec893387010f129652ad3f741e18");
  }

  private static int tar(Path tarball, Path to) throws IOException {
    try {
      return new ProcessBuilder("tar", "-xzf", tarball.toString(), "-C", to.toString())
          .inheritIO()
          .start()
          .waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static Map<String, String> sequences(Path fasta) throws IOException {
    byte[] bytes = Files.readAllBytes(fasta);
    String text =
        fasta.toString().endsWith(".gz")
            ? new String(
                new GZIPInputStream(new java.io.ByteArrayInputStream(bytes)).readAllBytes())
            : new String(bytes);
    Map<String, String> sequences = new HashMap<>();
    for (String record : text.substring(1).split("\n>")) {
      int end = record.indexOf('\n');
      sequences.put(
          record.substring(0, end).split("\\s")[0], record.substring(end).replace("\n", ""));
    }
    return sequences;
  }

  @ParameterizedTest
  @CsvSource({
    "SRR990001,SRR990/SRR990001,100,ISR",
    "SRR9900002,SRR990/002/SRR9900002,100,ISR",
    "SRR99900003,SRR999/003/SRR99900003,100,ISR",
    "ERR99900004,ERR999/004/ERR99900004,76,IU",
    "ERR9900005,ERR990/005/ERR9900005,50,SR",
    "DRR990006,DRR990/DRR990006,50,U"
  })
  void quantifiesAsRecorded(String run, String directory, int length, String libraryType)
      throws IOException {
    List<RawFile> inputs = reads(run, directory, length);
    JobResult.Processed salmon = Workbench.processed(bench.run("salmon-quant", inputs, RUN));
    // With bias correction salmon shares reads among isoforms of a gene differently from run to run
    // (measured: up to 12 of 3,000), so transcripts are compared loosely and genes closely.
    Path golden = Workbench.fixture("expected/golden/salmon/" + run + "/quant.sf");
    Path quant = bench.fetch(salmon.artifacts(), "quant.sf");
    assertThat(column(quant, 4).keySet()).isEqualTo(column(golden, 4).keySet());
    Map<String, Double> found = byGene(column(quant, 4));
    Close genes = Close.absolute("reads of genes by salmon in " + run, 0.2);
    byGene(column(golden, 4)).forEach((gene, reads) -> genes.and(gene, found.get(gene), reads));
    genes.print();
    assertThat(salmon.facts())
        .containsEntry("reads", "3000")
        .containsEntry("index_release", "99")
        .containsEntry("index_k", length > 75 ? "31" : "23");
    assertThat(Double.parseDouble(salmon.facts().get("mapping_rate"))).isBetween(0.9, 1.0);

    JobResult.Processed kallisto = Workbench.processed(bench.run("kallisto-quant", inputs, RUN));
    Path abundance = bench.fetch(kallisto.artifacts(), "abundance.tsv");
    Path counts = Workbench.fixture("expected/golden/kallisto/" + run + "/abundance.tsv");
    Close transcripts = Close.absolute("counts of transcripts by kallisto in " + run, 0);
    Map<String, Double> counted = column(abundance, 3);
    column(counts, 3).forEach((name, count) -> transcripts.and(name, counted.get(name), count));
    transcripts.print();
    assertThat(abundance).hasSameBinaryContentAs(counts);
    judged(quality(salmon), salmon.facts());
    judged(quality(kallisto), kallisto.facts());
    Path info = Workbench.fixture("expected/golden/kallisto/" + run + "/run_info.json");
    double unique = Json.MAPPER.readTree(info.toFile()).path("n_unique").asDouble();
    Close rates = Close.absolute("rates of " + run, 0);
    rate(rates, salmon, Measure.RRNA_RATE_PERCENT, column(quant, 4).get(RIBOSOMAL));
    rate(rates, kallisto, Measure.RRNA_RATE_PERCENT, column(counts, 3).get(RIBOSOMAL));
    rate(rates, kallisto, Measure.UNIQUELY_MAPPED_PERCENT, unique);
    rates.print();
    Measures of = quality(salmon).measures();
    assertThat(of.value(Measure.UNIQUELY_MAPPED_PERCENT)).as("salmon does not say").isEmpty();
    assertThat(of.value(Measure.LIBRARY_AGREEMENT_PERCENT)).hasValue(100.0);
    assertThat(of.libraryObserved()).contains(libraryType);
  }

  private static void rate(Close rates, JobResult.Processed run, Measure measure, double reads)
      throws IOException {
    double found = quality(run).measures().value(measure).orElseThrow();
    rates.and(measure.name(), found, 100 * reads / 3000);
  }

  private static RunQuality quality(JobResult.Processed result) throws IOException {
    return RunQuality.read(Files.readString(bench.fetch(result.artifacts(), RunQuality.FILE)));
  }

  /** 3,000 reads on 60 genes, of which nearly all map: fine, but not enough for amalgkit. */
  private static void judged(RunQuality quality, Map<String, String> facts) throws IOException {
    Measures measures = quality.measures();
    assertThat(measures.value(Measure.STATED_READS)).hasValue(3000);
    assertThat(measures.value(Measure.DOWNLOADED_READS)).hasValue(3000);
    assertThat(measures.value(Measure.PROCESSED_READS)).hasValue(3000);
    double mapped = measures.value(Measure.MAPPED_READS).orElseThrow();
    assertThat(Double.parseDouble(facts.get("mapped"))).isEqualTo(mapped);
    assertThat(measures.value(Measure.MAPPING_RATE_PERCENT)).hasValue(100 * mapped / 3000);
    assertThat(measures.value(Measure.MAPPED_READS_PER_GENE)).hasValue(mapped / 60);
    assertThat(measures.value(Measure.DUPLICATE_RATE_PERCENT)).isEmpty();
    assertThat(facts)
        .containsEntry("quality_verdict", "pass")
        .containsEntry("quality_reasons", "[]")
        .containsEntry("quality_rules", "default");
    Judgement judgement = quality.judgedBy(QualityRulesFile.load().get("amalgkit")).judgement();
    assertThat(judgement.reasons())
        .extracting(Reason::message)
        .containsExactly("fail: stated_reads is 3000 reads, below 1000000 reads");
  }

  @Test
  void theSurveyNamesThePreset() throws IOException {
    Map<String, String> strict = new HashMap<>(RUN);
    strict.put("quality", "dee2");
    JobResult.Processed run =
        Workbench.processed(
            bench.run("kallisto-quant", reads("SRR990001", "SRR990/SRR990001", 100), strict));
    assertThat(run.facts()).containsEntry("quality_verdict", "fail");
    assertThat(run.facts().get("quality_reasons"))
        .contains("\"mapped_reads_per_gene\"", "below 50 reads per gene");
    assertThat(run.artifacts()).extracting(Artifact::name).contains("abundance.tsv");
    strict.put("quality", "none");
    assertThat(bench.run("kallisto-quant", reads("SRR990001", "SRR990/SRR990001", 100), strict))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.failure().message()).contains("'none'", "quality"));
  }

  @Test
  void recordsEveryStepAndReusesEqualWork() throws IOException {
    List<RawFile> inputs = reads("SRR990001", "SRR990/SRR990001", 100);
    bench.finished.clear();
    Outcome first = bench.run("salmon-quant", inputs, RUN);
    assertThat(first.steps())
        .extracting(StepRecord::name)
        .containsExactly(
            "check-read-length",
            "unpack-index",
            "first-reads",
            "quantify-pairs",
            "check",
            "genes",
            "quality");
    StepRecord salmon = first.steps().get(3);
    assertThat(salmon.tool()).startsWith("salmon 1.");
    assertThat(salmon.command()).contains("inputs/reads_1.fastq.gz", "--seqBias", "2");
    assertThat(salmon.log()).isPresent();
    assertThat(Workbench.processed(first).artifacts())
        .extracting(Artifact::name)
        .containsExactly(
            "quant.sf",
            "quant.genes.sf",
            "meta_info.json",
            "lib_format_counts.json",
            "cmd_info.json",
            "quality.json",
            "quantify-pairs.log");
    JobResult.Processed second = Workbench.processed(bench.run("salmon-quant", inputs, RUN));
    assertThat(second.reusedFrom()).contains(JobId.of("job-earlier"));
    assertThat(second.artifacts()).isEqualTo(Workbench.processed(first).artifacts());
    assertThat(second.facts().get("pipeline_version")).matches("[0-9]+");
    assertThat(second.facts().get("pipeline_sha256")).matches("[0-9a-f]{64}");
    assertThat(second.facts()).doesNotContainKey("index_pipeline_sha256");
    assertThat(second.savedCpuSeconds()).isPositive();
    Map<String, String> again = new HashMap<>(RUN);
    again.put("reproduces", "batch-one@1");
    JobResult.Processed reproduced = Workbench.processed(bench.run("salmon-quant", inputs, again));
    assertThat(reproduced.reusedFrom()).isEmpty();
    assertThat(reproduced.fingerprint()).isEmpty();
    assertThat(reproduced.artifacts())
        .extracting(Artifact::name)
        .isEqualTo(second.artifacts().stream().map(Artifact::name).toList());
    bench.permanent.delete(second.artifacts().getFirst().sha256());
    assertThat(Workbench.processed(bench.run("salmon-quant", inputs, RUN)).reusedFrom()).isEmpty();
  }

  @Test
  void theGeneTableSumsUpItsTranscripts() throws IOException {
    JobResult.Processed salmon =
        Workbench.processed(
            bench.run("salmon-quant", reads("SRR9900002", "SRR990/002/SRR9900002", 100), RUN));
    double transcripts =
        column(bench.fetch(salmon.artifacts(), "quant.sf"), 4).values().stream()
            .mapToDouble(Double::doubleValue)
            .sum();
    Map<String, Double> genes = column(bench.fetch(salmon.artifacts(), "quant.genes.sf"), 4);
    assertThat(genes.values().stream().mapToDouble(Double::doubleValue).sum())
        .isCloseTo(transcripts, within(0.1));
    assertThat(genes).hasSizeLessThanOrEqualTo(60).containsKey("SMING00000000001");
  }

  @Test
  void aJobWithoutTheIndexOfItsReadsDoesNotRun() throws IOException {
    Map<String, String> other = new HashMap<>(RUN);
    other.put("organism", "homo_sapiens");
    Outcome outcome = bench.run("salmon-quant", reads("SRR990001", "SRR990/SRR990001", 100), other);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) outcome).failure().message())
        .contains("no index", "transcriptome-index", "k 31", "organism homo_sapiens");
  }

  @Test
  void pipelinesAreFound() {
    assertThat(PipelineRegistry.load(Optional.empty()).names())
        .contains("command", "kallisto-quant", "salmon-quant", "transcriptome-index");
  }
}
