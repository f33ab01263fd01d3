package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.EarlyStops;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.testing.RequiresTools;

/** A trial with the first reads ends a hopeless run, and no other. */
@RequiresTools({"salmon", "kallisto", "rsem-prepare-reference"})
class EarlyStopTest {
  private static final int READS = 10_500;
  private static final Map<String, String> RUN =
      Map.of("organism", "synthetica_minima", "early_stop_from_mib", "0");

  @TempDir static Path folder;
  private static Workbench bench;

  @BeforeAll
  static void build() throws IOException {
    bench = new Workbench(folder);
    bench.buildIndex(31);
  }

  /** What is ended would have failed for its mapping rate in the end. */
  @ParameterizedTest
  @CsvSource({
    "10000, 99, 1, 0.05, true",
    "10000, 100, 1, 0.05, false",
    "10000, 0, 1, 0.05, true",
    "10000, 0, 1, 0, false",
    "10000, 0, 0, 0.05, false",
    "10000, 499, 50, 0.05, true",
    "10000, 500, 50, 0.05, false",
    "0, 0, 1, 0.05, false"
  })
  void theThresholdIsNeverAboveThatOfTheWholeRun(
      long processed, long mapped, double percent, double leastRate, boolean hopeless) {
    assertThat(new EarlyStop.Trial(processed, mapped).isHopeless(percent, leastRate))
        .isEqualTo(hopeless);
  }

  @ParameterizedTest
  @CsvSource({
    "salmon-quant, pair",
    "salmon-quant, single",
    "kallisto-quant, pair",
    "kallisto-quant, single"
  })
  void aRunOfWhichNothingMapsEndsBeforeAllIsMapped(String pipeline, String layout)
      throws IOException {
    List<RawFile> reads = reads(layout, false);
    Outcome outcome = bench.run(pipeline, reads, RUN);
    Failure failure = ((Outcome.Failed) outcome).failure();
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.step()).isEqualTo("early-stop");
    long bytes = reads.stream().mapToLong(RawFile::size).sum();
    assertThat(failure.message())
        .startsWith(EarlyStops.VERDICT + "0 of the first 10000 fragments map (0.00 %)")
        .contains("not quantified: " + bytes + " bytes of reads, about ");
    assertThat(outcome.steps())
        .extracting(StepRecord::name)
        .doesNotContain("quantify-pairs", "quantify-single");
  }

  @ParameterizedTest
  @ValueSource(strings = {"salmon-quant", "kallisto-quant"})
  void aRunThatMapsIsQuantifiedWhole(String pipeline) throws IOException {
    Outcome outcome = bench.run(pipeline, reads("pair", true), RUN);
    assertThat(Workbench.processed(outcome).facts())
        .containsEntry(FirstReads.TRIAL, "true")
        .containsEntry("reads", Integer.toString(READS));
    assertThat(outcome.steps())
        .filteredOn(step -> step.name().equals("early-stop"))
        .singleElement()
        .satisfies(step -> assertThat(step.checks().getFirst()).contains("of the first 10000"));
  }

  @Test
  void aParameterSwitchesItOff() throws IOException {
    Map<String, String> off = new TreeMap<>(RUN);
    off.put("early_stop_mapped_percent", "0");
    Outcome outcome = bench.run("kallisto-quant", reads("pair", false), off);
    assertThat(((Outcome.Failed) outcome).failure().step()).isEqualTo("quantify-pairs");
    Map<String, String> small = new TreeMap<>(RUN);
    small.put("early_stop_from_mib", "512");
    assertThat(
            ((Outcome.Failed) bench.run("kallisto-quant", reads("pair", false), small))
                .failure()
                .step())
        .isEqualTo("quantify-pairs");
  }

  private static List<RawFile> reads(String layout, boolean ofTheReference) throws IOException {
    Path directory = Files.createTempDirectory(folder, "reads");
    if (layout.equals("single")) {
      Path file = fastq(directory.resolve("x.fastq"), 1, ofTheReference);
      return List.of(
          bench.raw("reads", file, OptionalLong.of(READS), OptionalLong.of(READS * 100L)));
    }
    return bench.pair(
        fastq(directory.resolve("x_1.fastq"), 1, ofTheReference),
        fastq(directory.resolve("x_2.fastq"), 2, ofTheReference),
        READS,
        100);
  }

  private static Path fastq(Path file, int mate, boolean ofTheReference) throws IOException {
    if (ofTheReference) {
      Path good = Workbench.fixture("malformed/good_" + mate + ".fastq.gz");
      byte[] text =
          new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(good))).readAllBytes();
      return Files.writeString(file, new String(text).repeat(READS / 300));
    }
    Random random = new Random(mate);
    StringBuilder text = new StringBuilder();
    for (int read = 0; read < READS; read++) {
      text.append("@r").append(read).append('\n');
      random.ints(100, 0, 4).forEach(i -> text.append("ACGT".charAt(i)));
      text.append("\n+\n").append("I".repeat(100)).append('\n');
    }
    return Files.writeString(file, text);
  }
}
