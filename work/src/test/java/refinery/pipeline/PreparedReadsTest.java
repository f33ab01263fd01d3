package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.quality.Measure;
import refinery.quality.Measures;
import refinery.quality.Reason;
import refinery.quality.RunQuality;
import refinery.quality.Verdict;
import refinery.testing.RequiresTools;

/**
 * Trimming, strands and reports of reads, with the real tools on reads of which some are bad. All
 * of it in the sandbox, where the machine allows one: no other test has fastp, FastQC and the index
 * of kallisto alone in it.
 */
@RequiresTools({"salmon", "kallisto", "rsem-prepare-reference", "samtools", "fastp", "fastqc"})
class PreparedReadsTest {
  private static final int BAD = 150;
  private static final String RUN = "vol1/fastq/SRR990/SRR990001/SRR990001";

  @TempDir static Path folder;
  private static Workbench bench;
  private static Workbench kallistoOnly;

  @BeforeAll
  static void buildIndices() throws IOException {
    bench = new Workbench(folder.resolve("both")).walled();
    bench.buildIndex(31);
    kallistoOnly = new Workbench(folder.resolve("kallisto")).walled();
    kallistoOnly.indexPipeline = "kallisto-index";
    kallistoOnly.buildIndex(31);
    kallistoOnly.buildIndex(23);
  }

  private static Map<String, String> with(String... more) {
    Map<String, String> parameters = new HashMap<>();
    parameters.put("organism", "synthetica_minima");
    parameters.put("read_count", "3000");
    for (int i = 0; i < more.length; i += 2) {
      parameters.put(more[i], more[i + 1]);
    }
    return parameters;
  }

  /** A copy of which the first reads have the lowest quality. */
  private static Path spoilt(String fixture) throws IOException {
    Path copy = folder.resolve(Path.of(fixture).getFileName().toString());
    try (GZIPInputStream in =
            new GZIPInputStream(Files.newInputStream(Workbench.fixture(fixture)));
        OutputStream out = new GZIPOutputStream(Files.newOutputStream(copy))) {
      String[] lines = new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n");
      for (int i = 0; i < lines.length; i++) {
        boolean bad = i % 4 == 3 && i < 4 * BAD;
        String line = bad ? "#".repeat(lines[i].length()) : lines[i];
        out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      }
    }
    return copy;
  }

  private static List<RawFile> pair(Workbench of, long counted) throws IOException {
    return of.pair(spoilt(RUN + "_1.fastq.gz"), spoilt(RUN + "_2.fastq.gz"), counted, 100);
  }

  private static List<RawFile> single(Workbench of) throws IOException {
    return List.of(
        of.raw(
            "reads",
            spoilt("vol1/fastq/ERR990/005/ERR9900005/ERR9900005.fastq.gz"),
            OptionalLong.of(3000),
            OptionalLong.of(150_000)));
  }

  private static JsonNode json(Workbench of, JobResult.Processed result, String name)
      throws IOException {
    return Json.MAPPER.readTree(of.fetch(result.artifacts(), name).toFile());
  }

  @ParameterizedTest
  @CsvSource({"salmon-quant", "kallisto-quant"})
  void trimmedPairsAreWhatIsQuantified(String pipeline) throws IOException {
    Outcome outcome = bench.run(pipeline, pair(bench, 3000), with("trim", "fastp"));
    JobResult.Processed result = Workbench.processed(outcome);
    assertThat(result.facts())
        .containsEntry("trim_reads_before", "3000")
        .containsEntry("trim_reads_kept", "2850")
        .containsEntry("trim_passed_percent", "95.0000")
        .containsEntry("reads", "2850");
    Measures measures =
        RunQuality.read(Files.readString(bench.fetch(result.artifacts(), RunQuality.FILE)))
            .measures();
    assertThat(measures.value(Measure.PASSED_FILTER_PERCENT)).hasValue(95.0);
    assertThat(measures.value(Measure.DUPLICATE_RATE_PERCENT)).isPresent();
    assertThat(measures.value(Measure.PROCESSED_READS)).hasValue(2850);
    assertThat(json(bench, result, "fastp.json").at("/filtering_result/low_quality_reads").asInt())
        .isEqualTo(2 * BAD);
    StepRecord trim =
        outcome.steps().stream().filter(step -> step.name().equals("trim-pairs")).findFirst().get();
    assertThat(trim.tool()).matches("fastp \\d+\\.\\d+.*");
    assertThat(trim.command()).containsSequence("--length_required", "31");

    JobResult.Processed plain = Workbench.processed(bench.run(pipeline, pair(bench, 3000), with()));
    assertThat(plain.facts()).containsEntry("reads", "3000").doesNotContainKey("trim_reads_kept");
    assertThat(plain.artifacts()).extracting(Artifact::name).doesNotContain("fastp.json");
    assertThat(plain.fingerprint()).isNotEqualTo(result.fingerprint());
  }

  @Test
  void theIndexOfKallistoAloneServesItsQuantificationAndSinglesAreTrimmed() throws IOException {
    Map<String, String> asked = with("trim", "fastp", "index_pipeline", "kallisto-index");
    Outcome outcome = kallistoOnly.run("kallisto-quant", single(kallistoOnly), asked);
    JobResult.Processed result = Workbench.processed(outcome);
    assertThat(result.facts()).containsEntry("reads", "2850").containsEntry("index_k", "23");
    assertThat(outcome.steps())
        .extracting(StepRecord::name)
        .contains("trim-single", "check-trimmed", "quantify-single")
        .doesNotContain("trim-pairs", "quantify-pairs");
    assertThat(outcome.steps())
        .filteredOn(step -> step.name().equals("quantify-single"))
        .singleElement()
        .satisfies(
            step ->
                assertThat(step.command())
                    .containsSequence("--single", "-l", "180", "-s", "25", "trimmed.fastq.gz"));
    Outcome without =
        kallistoOnly.run("kallisto-quant", single(kallistoOnly), with("trim", "fastp"));
    assertThat(((Outcome.Failed) without).failure().message())
        .contains("no index", "transcriptome-index");
  }

  /** The library is ISR: its first reads come from the reverse strand. */
  @Test
  void theStrandDecidesWhichReadsCount() throws IOException {
    Map<String, Outcome> outcomes = new HashMap<>();
    for (String strand : List.of("unstranded", "forward", "reverse")) {
      outcomes.put(
          strand, bench.run("kallisto-quant", pair(bench, 3000), with("strandedness", strand)));
    }
    assertThat(mapped(outcomes.get("reverse")))
        .isCloseTo(mapped(outcomes.get("unstranded")), within(30.0))
        .isGreaterThan(2800);
    assertThat(((Outcome.Failed) outcomes.get("forward")).failure().message())
        .contains("zero reads pseudoaligned");
    Outcome wrong = bench.run("kallisto-quant", pair(bench, 3000), with("strandedness", "left"));
    assertThat(((Outcome.Failed) wrong).failure().message())
        .contains("'left' is not a value of 'strandedness' (forward|reverse|unstranded)");
  }

  private static double mapped(Outcome outcome) {
    return Double.parseDouble(Workbench.processed(outcome).facts().get("mapped"));
  }

  @Test
  void readsThatTheTrimmerDidNotSeeAreMissed() throws IOException {
    Outcome outcome = bench.run("salmon-quant", pair(bench, 3001), with("trim", "fastp"));
    assertThat(((Outcome.Failed) outcome).failure())
        .satisfies(
            failure -> {
              assertThat(failure.failureClass()).isEqualTo(FailureClass.CORRUPT);
              assertThat(failure.step()).isEqualTo("check-trimmed");
              assertThat(failure.message())
                  .contains("fastp read 3000 reads, but 3001 were counted");
            });
  }

  @Test
  void fastqcReportsInATable() throws IOException {
    Outcome missed = bench.run("fastqc", pair(bench, 2999), with());
    assertThat(((Outcome.Failed) missed).failure().message())
        .contains("FastQC read 3000 reads, but 2999 were counted");
    JobResult.Processed result =
        Workbench.processed(bench.run("fastqc", pair(bench, 3000), with()));
    assertThat(result.artifacts())
        .extracting(Artifact::name)
        .contains("fastqc.tsv", "reads_1.fastqc.html", "reads_2.fastqc.html");
    assertThat(Workbench.lines(bench.fetch(result.artifacts(), "fastqc.tsv")))
        .startsWith("role\tkind\tname\tvalue", "reads_1\tmodule\tBasic Statistics\tpass")
        .contains("reads_1\tfigure\tTotal Sequences\t3000", "reads_2\tfigure\tSequence length\t100")
        .hasSize(1 + 2 * (11 + 4));
    assertThat(result.facts()).containsEntry("reads", "3000").containsKey("fastqc_failed");
    RunQuality quality =
        RunQuality.read(
            String.join("\n", Workbench.lines(bench.fetch(result.artifacts(), RunQuality.FILE))));
    assertThat(quality.measures().value(Measure.PROCESSED_READS)).hasValue(3000);
    assertThat(quality.measures().value(Measure.DUPLICATE_RATE_PERCENT)).isPresent();
    List<String> failed =
        Stream.of(result.facts().get("fastqc_failed").split(", "))
            .filter(module -> !module.isEmpty())
            .toList();
    assertThat(quality.judgement().reasons()).extracting(Reason::measure).isEqualTo(failed);
    assertThat(quality.judgement().verdict())
        .isEqualTo(failed.isEmpty() ? Verdict.PASS : Verdict.WARN);
  }
}
