package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;
import refinery.testing.RequiresTools;
import refinery.testing.SmallVolume;

/**
 * What goes wrong with each shipped pipeline that runs a tool, the class that it ends in, and the
 * last words, with the real tools, held to their limits as on a node. The table is {@code
 * failures.csv}; that what follows in it is what a job does is held by {@code RetryPolicyTest} of
 * the engine, which reads the same rows. What is called for by a stall that computes is in {@link
 * RemedyTest}. {@code fastp} is the step of kallisto-quant that trims. The other shipped pipelines
 * have no tool: their steps are Java, and {@code command} runs whatever it is given.
 */
@RequiresTools({"salmon", "kallisto", "rsem-prepare-reference", "fastp", "fastqc", "prlimit"})
class FailureTableTest {
  /** Without the count of duplicates, for which fastp fills a GiB of memory first. */
  private static final String THE_TOOL =
      "[ $tool = fastp ] && exec fastp \"$@\" --dont_eval_duplication\nexec \"$tool\" \"$@\"";

  @TempDir static Path folder;
  private static Workbench bench;

  @BeforeAll
  static void build() throws IOException {
    bench = new Workbench(folder.resolve("bench"));
    bench.buildIndex(31);
  }

  /** What the tool meets: a line of a script that runs in its place and, mostly, runs it. */
  private enum Trouble {
    KILLED_AT_ITS_LIMIT("\"$tool\" \"$@\"; exec sleep 1000 & exec tail /dev/zero"),
    MEMORY_REFUSED(
        "limit=10485760; [ $tool = salmon ] && limit=167772160; [ $tool = fastqc ] &&"
            + " limit=314572800\n"
            + "exec prlimit --as=$limit \"$tool\" \"$@\""),
    VOLUME_FULL(THE_TOOL),
    STALL("kill -STOP $$"),
    SIGNAL("\"$tool\" \"$@\" & kill -SEGV $!; wait $!"),
    KILLED_FROM_OUTSIDE("kill -KILL $$"),
    EXIT(
        """
        [ $tool = salmon ] && exec salmon "$@" --no-such-option
        [ $tool = fastqc ] && exec fastqc "$@" --outdir nowhere
        [ $tool = fastp ] && exec fastp --in1 nowhere.fq
        exec kallisto "$1" -i nowhere.idx nowhere.fa\
        """),
    MISSING_OUTPUT("case $tool in fast*) exit 0;; esac\n" + THE_TOOL),
    MALFORMED_INPUT(THE_TOOL);

    private final String line;

    Trouble(String line) {
      this.line = line;
    }
  }

  /**
   * What is tried.
   *
   * @param tool in place of which the script runs
   */
  private record Tried(String name, String pipeline, String tool) {
    static Tried of(String name) {
      return switch (name) {
        case "fastp" -> new Tried(name, "kallisto-quant", "fastp");
        case "fastqc" -> new Tried(name, "fastqc", "fastqc");
        case "salmon-quant" -> new Tried(name, name, "salmon");
        default -> new Tried(name, name, "kallisto");
      };
    }

    boolean isIndex() {
      return pipeline.endsWith("-index");
    }

    /** What the tool exceeds, and what runs before it does not. */
    Resources little() {
      return switch (name) {
        case "transcriptome-index" -> Resources.of(1000, 512L << 20, 1L << 30);
        case "kallisto-index" -> Resources.of(1000, 256L << 20, 1L << 30);
        default -> Resources.of(1000, 8L << 20, 1L << 30);
      };
    }

    /** A volume that is full while the tool writes. */
    String tooSmall() {
      return switch (name) {
        case "salmon-quant" -> "60k";
        case "kallisto-quant", "fastp" -> "12k";
        case "fastqc" -> "40k";
        case "kallisto-index" -> "900k";
        default -> "2400k";
      };
    }
  }

  @ParameterizedTest
  @CsvFileSource(resources = "/refinery/testing/failures.csv", delimiter = '|', numLinesToSkip = 3)
  void everyTroubleHasItsClassAndItsLastWords(
      String name, Trouble trouble, FailureClass expected, String next, String words)
      throws Exception {
    bench.finished.clear();
    Path directory = Files.createTempDirectory(folder, "case");
    Tried tried = Tried.of(name);
    PipelineRegistry pipelines = pipelines(directory, tried, trouble);
    Work.Process work = work(directory, tried, trouble == Trouble.MALFORMED_INPUT);
    Outcome outcome =
        trouble == Trouble.VOLUME_FULL
            ? onAFullVolume(directory, pipelines, work, tried)
            : limited(directory, pipelines, work, tried, trouble);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    Failure failure = ((Outcome.Failed) outcome).failure();
    System.out.printf(
        "%s | %s | %s, then %s | %s: %s%n",
        name, trouble, failure.failureClass().word(), next, failure.step(), failure.message());
    assertThat(failure.failureClass()).as(failure.toString()).isEqualTo(expected);
    assertThat(failure.message()).contains(words == null ? "" : words);
  }

  private static Outcome limited(
      Path directory, PipelineRegistry pipelines, Work.Process work, Tried tried, Trouble trouble)
      throws Exception {
    Resources reserved =
        trouble == Trouble.KILLED_AT_ITS_LIMIT ? tried.little() : LimitedRuns.PLENTY;
    try (LimitedRuns runs = new LimitedRuns(directory.resolve("node"), bench.runner(pipelines))) {
      return runs.run(work, reserved);
    }
  }

  private static Outcome onAFullVolume(
      Path directory, PipelineRegistry pipelines, Work.Process work, Tried tried)
      throws IOException {
    try (SmallVolume volume = SmallVolume.mount(tried.tooSmall())) {
      Path scratch = Files.createDirectories(directory.resolve("scratch"));
      Files.createSymbolicLink(scratch.resolve("work"), volume.path());
      return bench.run(pipelines, work, scratch);
    }
  }

  /** The shipped file, with a script in place of the tool, a short limit, and another output. */
  private static PipelineRegistry pipelines(Path directory, Tried tried, Trouble trouble)
      throws IOException {
    Path script = directory.resolve(tried.tool());
    Files.writeString(script, "#!/bin/sh\ntool=" + tried.tool() + "\n" + trouble.line + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    String name = tried.pipeline() + ".conf";
    String text;
    try (var in =
        FailureTableTest.class.getClassLoader().getResourceAsStream("pipelines/" + name)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    String quoted = "\"" + script + "\"";
    text =
        switch (tried.tool()) {
          case "salmon" ->
              text.replace(
                  "salmon, --no-version-check, quant", quoted + ", --no-version-check, quant");
          case "fastp" -> text.replace("fastp, --in1", quoted + ", --in1");
          case "fastqc" -> text.replace("fastqc, --quiet", quoted + ", --quiet");
          default ->
              text.replace("kallisto, quant, --verbose", quoted + ", quant, --verbose")
                  .replace(
                      "kallisto, index, -i, kallisto.idx", quoted + ", index, -i, kallisto.idx");
        };
    if (trouble == Trouble.STALL) {
      text =
          text.replace("stall = 60m", "stall = 1s")
              .replace("index-kallisto, tool = kallisto, stall = 6h", "index-kallisto, stall = 1s");
    }
    if (trouble == Trouble.MISSING_OUTPUT) {
      text =
          text.replace("file = out/quant.sf", "file = never")
              .replace("file = out/abundance.tsv", "file = never")
              .replace("file = genes_to_transcripts.txt", "file = never");
    }
    Path pipelines = Files.createDirectory(directory.resolve("pipelines"));
    Files.writeString(pipelines.resolve(name), text);
    return PipelineRegistry.load(Optional.of(pipelines));
  }

  private static Work.Process work(Path directory, Tried tried, boolean malformed)
      throws IOException {
    Map<String, String> said = new HashMap<>();
    List<RawFile> files;
    if (tried.isIndex()) {
      said.putAll(Workbench.SPECIES);
      files = bench.reference();
      if (malformed) {
        Path page = Files.writeString(directory.resolve("x.fa"), "<html>not here</html>\n");
        files =
            List.of(
                bench.raw("genome", page, OptionalLong.empty(), OptionalLong.empty()),
                files.getLast());
      }
    } else {
      said.put("organism", "synthetica_minima");
      said.put("trim", tried.tool().equals("fastp") ? "fastp" : "none");
      Path[] mates = new Path[2];
      for (int mate = 0; mate < 2; mate++) {
        mates[mate] =
            malformed
                ? Files.writeString(directory.resolve("x_" + mate + ".fastq"), "ACGT\n".repeat(9))
                : Workbench.fixture("malformed/good_" + (mate + 1) + ".fastq.gz");
      }
      files = bench.pair(mates[0], mates[1], 300, 100);
    }
    return bench.provided(
        new Work.Process(tried.pipeline(), files, List.of(), said, said, List.of()));
  }
}
