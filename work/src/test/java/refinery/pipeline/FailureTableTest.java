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
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;
import refinery.testing.RequiresTools;
import refinery.testing.SmallVolume;

/**
 * What goes wrong with each shipped pipeline, the class that it ends in, and the last words, with
 * the real tools, held to their limits as on a node. The class decides what happens next ({@code
 * RetryPolicyTest}); what is called for by a stall that computes is in {@link RemedyTest}.
 */
@RequiresTools({"salmon", "kallisto", "rsem-prepare-reference", "prlimit"})
class FailureTableTest {
  private static final Resources LITTLE_MEMORY = Resources.of(1000, 8L << 20, 1L << 30);

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
        "limit=10485760; [ $tool = salmon ] && limit=167772160\nexec prlimit --as=$limit \"$tool\" \"$@\""),
    VOLUME_FULL("exec \"$tool\" \"$@\""),
    STALL("kill -STOP $$"),
    SIGNAL("\"$tool\" \"$@\" & kill -SEGV $!; wait $!"),
    KILLED_FROM_OUTSIDE("kill -KILL $$"),
    EXIT(
        "[ $tool = salmon ] && exec salmon \"$@\" --no-such-option\nexec kallisto \"$1\" -i nowhere.idx nowhere.fa"),
    MISSING_OUTPUT("exec \"$tool\" \"$@\""),
    MALFORMED_INPUT("exec \"$tool\" \"$@\"");

    private final String line;

    Trouble(String line) {
      this.line = line;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "salmon-quant | KILLED_AT_ITS_LIMIT | OUT_OF_MEMORY | 8.0 MiB were reserved: killed",
        "salmon-quant | MEMORY_REFUSED | OUT_OF_MEMORY | ",
        "salmon-quant | VOLUME_FULL | OUT_OF_DISK | ",
        "salmon-quant | STALL | STALLED | made no progress",
        "salmon-quant | SIGNAL | PERMANENT | exited with 139 (signal 11)",
        "salmon-quant | KILLED_FROM_OUTSIDE | OUT_OF_MEMORY | killed by SIGKILL from outside",
        "salmon-quant | EXIT | PERMANENT | unrecognised option '--no-such-option'",
        "salmon-quant | MISSING_OUTPUT | PERMANENT | the output never was not written",
        "salmon-quant | MALFORMED_INPUT | PERMANENT | ",
        "kallisto-quant | KILLED_AT_ITS_LIMIT | OUT_OF_MEMORY | 8.0 MiB were reserved: killed",
        "kallisto-quant | MEMORY_REFUSED | OUT_OF_MEMORY | refused memory",
        "kallisto-quant | VOLUME_FULL | OUT_OF_DISK | ",
        "kallisto-quant | STALL | STALLED | made no progress",
        "kallisto-quant | SIGNAL | PERMANENT | exited with 139 (signal 11)",
        "kallisto-quant | KILLED_FROM_OUTSIDE | OUT_OF_MEMORY | killed by SIGKILL from outside",
        "kallisto-quant | EXIT | PERMANENT | nowhere",
        "kallisto-quant | MISSING_OUTPUT | PERMANENT | the output never was not written",
        "kallisto-quant | MALFORMED_INPUT | PERMANENT | zero reads pseudoaligned",
        "transcriptome-index | KILLED_AT_ITS_LIMIT | OUT_OF_MEMORY | were reserved",
        "transcriptome-index | MEMORY_REFUSED | OUT_OF_MEMORY | refused memory",
        "transcriptome-index | VOLUME_FULL | OUT_OF_DISK | ",
        "transcriptome-index | STALL | STALLED | made no progress",
        "transcriptome-index | SIGNAL | PERMANENT | exited with 139 (signal 11)",
        "transcriptome-index | KILLED_FROM_OUTSIDE | OUT_OF_MEMORY | killed by SIGKILL from outside",
        "transcriptome-index | EXIT | PERMANENT | nowhere",
        "transcriptome-index | MISSING_OUTPUT | PERMANENT | the output never was not written",
        "transcriptome-index | MALFORMED_INPUT | CORRUPT | is not FASTA"
      })
  void everyTroubleHasItsClassAndItsLastWords(
      String pipeline, Trouble trouble, FailureClass expected, String words) throws Exception {
    bench.finished.clear();
    Path directory = Files.createTempDirectory(folder, "case");
    PipelineRegistry pipelines = pipelines(directory, pipeline, trouble);
    Work.Process work = work(directory, pipeline, trouble == Trouble.MALFORMED_INPUT);
    Outcome outcome =
        trouble == Trouble.VOLUME_FULL
            ? onAFullVolume(directory, pipelines, work)
            : limited(directory, pipelines, work, trouble);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    Failure failure = ((Outcome.Failed) outcome).failure();
    System.out.printf(
        "%s | %s | %s | %s: %s%n",
        pipeline, trouble, failure.failureClass().word(), failure.step(), failure.message());
    assertThat(failure.failureClass()).as(failure.toString()).isEqualTo(expected);
    assertThat(failure.message()).contains(words == null ? "" : words);
  }

  private static Outcome limited(
      Path directory, PipelineRegistry pipelines, Work.Process work, Trouble trouble)
      throws Exception {
    Resources reserved =
        trouble == Trouble.KILLED_AT_ITS_LIMIT && !work.pipeline().equals("transcriptome-index")
            ? LITTLE_MEMORY
            : trouble == Trouble.KILLED_AT_ITS_LIMIT
                ? Resources.of(1000, 256L << 20, 1L << 30)
                : LimitedRuns.PLENTY;
    try (LimitedRuns runs = new LimitedRuns(directory.resolve("node"), bench.runner(pipelines))) {
      return runs.run(work, reserved);
    }
  }

  private static Outcome onAFullVolume(
      Path directory, PipelineRegistry pipelines, Work.Process work) throws IOException {
    String size =
        switch (work.pipeline()) {
          case "salmon-quant" -> "60k";
          case "kallisto-quant" -> "12k";
          default -> "2400k";
        };
    try (SmallVolume volume = SmallVolume.mount(size)) {
      Path scratch = Files.createDirectories(directory.resolve("scratch"));
      Files.createSymbolicLink(scratch.resolve("work"), volume.path());
      return bench.run(pipelines, work, scratch);
    }
  }

  /** The shipped file, with a script in place of the tool, a short limit, and another output. */
  private static PipelineRegistry pipelines(Path directory, String pipeline, Trouble trouble)
      throws IOException {
    String tool = pipeline.startsWith("salmon") ? "salmon" : "kallisto";
    Path script = directory.resolve(tool);
    Files.writeString(script, "#!/bin/sh\ntool=" + tool + "\n" + trouble.line + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    String name = pipeline + ".conf";
    String text;
    try (var in =
        FailureTableTest.class.getClassLoader().getResourceAsStream("pipelines/" + name)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    String quoted = "\"" + script + "\"";
    text =
        text.replace("salmon, --no-version-check, quant", quoted + ", --no-version-check, quant")
            .replace("kallisto, quant, --verbose", quoted + ", quant, --verbose")
            .replace("kallisto, index, -i, kallisto.idx", quoted + ", index, -i, kallisto.idx");
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

  private static Work.Process work(Path directory, String pipeline, boolean malformed)
      throws IOException {
    Map<String, String> said = new HashMap<>();
    List<RawFile> files;
    if (pipeline.equals("transcriptome-index")) {
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
      Path[] mates = new Path[2];
      for (int mate = 0; mate < 2; mate++) {
        mates[mate] =
            malformed
                ? Files.writeString(directory.resolve("x_" + mate + ".fastq"), "ACGT\n".repeat(9))
                : Workbench.fixture("malformed/good_" + (mate + 1) + ".fastq.gz");
      }
      files = bench.pair(mates[0], mates[1], 300, 100);
    }
    return bench.provided(new Work.Process(pipeline, files, List.of(), said, said, List.of()));
  }
}
