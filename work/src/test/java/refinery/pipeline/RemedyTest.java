package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.configuration.ConfigurationException;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.protocol.job.Work;
import refinery.testing.RequiresTools;

/** What runs in place of a step that makes no progress. */
class RemedyTest {
  private static final String BUSY = "while :; do :; done";
  private static final String IDLE = "sleep 100";

  private static final String PIPELINE =
      """
      name = stuck
      version = "1"
      description = "Makes no progress."
      resources { cpu = "1", memory = "64MiB", disk = "64MiB" }
      steps = [ { name = work, command = [sh, -c, "%s"], stall = %s } ]
      remedy {
        on = %s, of = [work]
        steps = [ { name = instead, command = [sh, -c, "%s"], stall = %s } ]
      }
      outputs = [ { name = out, file = out, media-type = text/plain, checks = [ends-with-newline] } ]
      """;

  @TempDir private Path folder;

  private static String pipeline(String step, String on, String remedy) {
    return PIPELINE.formatted(step, stall(step), on, remedy, stall(remedy));
  }

  /** Soon for what never ends; what does end may take long on a busy machine. */
  private static String stall(String script) {
    return script.equals(BUSY) || script.equals(IDLE) ? "700ms" : "1m";
  }

  private Outcome run(String step, String on, String remedy) throws Exception {
    Path pipelines = Files.createDirectory(folder.resolve("pipelines"));
    Files.writeString(pipelines.resolve("stuck.conf"), pipeline(step, on, remedy));
    ProcessRunner runner =
        new Workbench(folder.resolve("bench"))
            .runner(PipelineRegistry.load(Optional.of(pipelines)));
    try (LimitedRuns runs = new LimitedRuns(folder.resolve("node"), runner)) {
      return runs.run(
          new Work.Process("stuck", List.of(), List.of(), Map.of(), Map.of(), List.of()),
          LimitedRuns.PLENTY);
    }
  }

  @ParameterizedTest
  @CsvSource({"stalled, " + BUSY, "stalled, " + IDLE, "stalled-busy, " + BUSY})
  void itRunsInPlaceOfTheStepThatStalled(String on, String step) throws Exception {
    Outcome outcome = run(step, on, "echo done > out");
    assertThat(Workbench.processed(outcome).facts())
        .containsEntry(StepSequence.REMEDY, "work " + on);
    assertThat(outcome.steps()).extracting(StepRecord::name).containsExactly("work", "instead");
    assertThat(outcome.steps().getFirst().exitCode()).isNotZero();
  }

  /** A step that waits for a file or a lock is not helped by a smaller index: it is tried again. */
  @Test
  void oneThatIsIdleIsNotCalledForByWhatHelpsTheBusy() throws Exception {
    Failure failure = ((Outcome.Failed) run(IDLE, "stalled-busy", "echo done > out")).failure();
    assertThat(failure.failureClass()).isEqualTo(FailureClass.STALLED);
    assertThat(failure.message()).contains("made no progress");
  }

  @Test
  void itHelpsOnce() throws Exception {
    Failure failure = ((Outcome.Failed) run(BUSY, "stalled", BUSY)).failure();
    assertThat(failure.failureClass()).as("so it is not retried").isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.message())
        .startsWith("stalled with the remedy, too")
        .contains("no progress");
    assertThat(failure.step()).isEqualTo("instead");
  }

  @Test
  void anotherFailureIsNoneOfItsBusiness() throws Exception {
    Failure failure = ((Outcome.Failed) run("exit 3", "stalled", "echo done > out")).failure();
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.step()).isEqualTo("work");
  }

  @Test
  void aFileSaysWhatIsWrongWithIt() throws IOException {
    Files.writeString(
        folder.resolve("stuck.conf"),
        pipeline("true", "boredom", "true").replace("of = [work]", "of = [play]"));
    assertThatThrownBy(() -> PipelineRegistry.load(Optional.of(folder)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("remedy.on: must be one of [stalled, stalled-busy]");
  }

  /** The real kallisto behind one that is stuck with the full index. */
  @Test
  @RequiresTools({"salmon", "kallisto", "rsem-prepare-reference"})
  void aQuantificationThatStallsIsMadeWithASmallerIndex() throws Exception {
    Path stuck = folder.resolve("kallisto");
    Files.writeString(
        stuck,
        """
        #!/bin/sh
        case "$*" in *reference/kallisto.idx*) %s;; esac
        exec kallisto "$@"
        """
            .formatted(BUSY));
    Files.setPosixFilePermissions(stuck, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path pipelines = Files.createDirectory(folder.resolve("pipelines"));
    String shipped =
        new String(Files.readAllBytes(Path.of("..", "conf", "pipelines", "kallisto-quant.conf")));
    Files.writeString(
        pipelines.resolve("kallisto-quant.conf"),
        shipped
            .replace("kallisto, quant, --verbose", "\"" + stuck + "\", quant, --verbose")
            .replace("stall = 60m", "stall = 5s"));
    Workbench bench = new Workbench(folder.resolve("bench"));
    bench.buildIndex(31);
    Work.Process work =
        bench.provided(
            new Work.Process(
                "kallisto-quant",
                bench.pair(
                    Workbench.fixture("malformed/good_1.fastq.gz"),
                    Workbench.fixture("malformed/good_2.fastq.gz"),
                    300,
                    100),
                List.of(),
                Map.of("organism", "synthetica_minima"),
                Map.of("organism", "synthetica_minima"),
                List.of()));
    Outcome outcome;
    try (LimitedRuns runs =
        new LimitedRuns(
            folder.resolve("node"), bench.runner(PipelineRegistry.load(Optional.of(pipelines))))) {
      outcome = runs.run(work, LimitedRuns.PLENTY);
    }
    JobResult.Processed processed = Workbench.processed(outcome);
    assertThat(processed.facts())
        .containsEntry(StepSequence.REMEDY, "quantify-pairs stalled-busy")
        .containsEntry("index_transcripts", "132");
    int left = Integer.parseInt(processed.facts().get(TranscriptsFilter.LEFT));
    assertThat(left).isBetween(1, 131);
    assertThat(Workbench.lines(bench.fetch(processed.artifacts(), "abundance.tsv")))
        .hasSize(left + 1);
    assertThat(Workbench.lines(bench.fetch(processed.artifacts(), "removed_transcripts.tsv")))
        .hasSize(132 - left + 1)
        .anyMatch(line -> line.endsWith("\tnon_coding\tlncRNA"));
    assertThat(outcome.steps())
        .extracting(StepRecord::name)
        .contains(
            "quantify-pairs", "filter-transcripts", "index-filtered", "quantify-pairs-filtered");
  }
}
