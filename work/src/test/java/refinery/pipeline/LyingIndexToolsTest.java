package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;
import refinery.storage.Sha256;
import refinery.testing.RequiresTools;
import refinery.testing.SmallVolume;

/** How the real tools that build indices lie or die, and the class that each ends in. */
@RequiresTools({"salmon", "kallisto", "rsem-prepare-reference", "samtools", "prlimit"})
class LyingIndexToolsTest {
  private static final Map<String, String> RUN = Map.of("organism", "synthetica_minima");

  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Workbench(folder);
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  /** kallisto and RSEM exit with 0 on many of these; whatever passes must be whole. */
  @Test
  void aFullDiskUnderTheIndexTools() throws IOException {
    JobResult.Processed whole = bench.buildIndex(31);
    Map<String, String> parameters = new HashMap<>(Workbench.SPECIES);
    parameters.put("k", "31");
    TreeSet<String> failedAt = new TreeSet<>();
    for (int kilobytes = 1000; kilobytes <= 3700; kilobytes += 270) {
      bench.finished.clear();
      try (SmallVolume volume = SmallVolume.mount(kilobytes + "k")) {
        Path scratch = Files.createDirectories(folder.resolve("on" + kilobytes));
        Files.createSymbolicLink(scratch.resolve("work"), volume.path());
        Outcome outcome = bench.run("transcriptome-index", bench.reference(), parameters, scratch);
        if (outcome instanceof Outcome.Failed failed) {
          assertThat(failed.failure().failureClass())
              .as(kilobytes + " KiB: " + failed.failure())
              .isEqualTo(FailureClass.OUT_OF_DISK);
          failedAt.add(failed.failure().step());
        } else {
          assertThat(Workbench.processed(outcome).facts()).isEqualTo(whole.facts());
        }
      }
    }
    System.out.println("transcriptome-index on a full volume failed at " + failedAt);
    assertThat(failedAt)
        .containsAnyOf("extract-transcripts", "check-transcripts")
        .containsAnyOf("index-salmon", "check-salmon")
        .containsAnyOf("index-kallisto", "inspect-kallisto", "check-kallisto");
  }

  @Test
  void rsemOnlyWarnsAboutAGenomeCutShort() throws Exception {
    Path work = Files.createDirectories(folder.resolve("work"));
    String genome =
        "pub/release-99/fasta/synthetica_minima/dna/Synthetica_minima.SMIN1.dna.toplevel.fa.gz";
    byte[] bases = unpacked(genome);
    Files.write(work.resolve("cut.fa"), java.util.Arrays.copyOf(bases, 90_000));
    Files.write(
        work.resolve("clean.gtf"), unpacked("expected/Synthetica_minima.SMIN1.99.clean.gtf.gz"));
    Files.copy(Workbench.fixture("expected/genes_to_transcripts.txt"), work.resolve("map.txt"));
    int code =
        run(
            work,
            "rsem-prepare-reference",
            "--gtf",
            "clean.gtf",
            "--transcript-to-gene-map",
            "map.txt",
            "cut.fa",
            "reference");
    assertThat(code).as("the lie").isZero();
    StepContext context = context(work, "map", "map.txt", "fasta", "reference.transcripts.fa");
    StepFailure failure =
        catchThrowableOfType(StepFailure.class, () -> new TranscriptsCheck().run(context));
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure).hasMessageContaining("of 132 expected transcripts were not extracted");
  }

  @Test
  void kallistoIndexesNothingWithExitCode0() throws Exception {
    Path work = Files.createDirectories(folder.resolve("work"));
    Files.createFile(work.resolve("empty.fa"));
    assertThat(run(work, "kallisto", "index", "-i", "empty.idx", "empty.fa"))
        .as("the lie")
        .isZero();
    run(work, "kallisto", "inspect", "empty.idx");
    StepContext context = context(work, "inspect", "stdout", "k", "31");
    StepFailure failure =
        catchThrowableOfType(StepFailure.class, () -> new KallistoIndexCheck().run(context));
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure).hasMessageContaining("holds no k-mer");
  }

  /** salmon aborts (134) on transcripts that are none; no retry can cure that. */
  @Test
  void salmonAbortsOnNoTranscripts() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.fa"));
    Failure failure =
        failure(
            command("salmon", "--no-version-check", "index", "-t", empty.toString(), "-i", "x"));
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.message()).contains("salmon exited with 134");
  }

  /** The limit is on the address space: allocations are refused, nobody is killed. */
  @Test
  void anAllocationThatIsRefusedIsOutOfMemory() throws IOException {
    Path fasta = folder.resolve("transcripts.fa");
    Files.write(fasta, unpacked("expected/transcripts.fa.gz"));
    Failure failure =
        failure(
            command("prlimit", "--as=10485760", "kallisto", "index", "-i", "x", fasta.toString()));
    assertThat(failure.failureClass()).isEqualTo(FailureClass.OUT_OF_MEMORY);
    assertThat(failure.message()).contains("bad_alloc");
  }

  private Outcome command(String... arguments) throws IOException {
    Work.Process work =
        new Work.Process("command", List.of(), List.of(), Map.of(), Map.of(), List.of(arguments));
    return bench.run(work, folder.resolve("command"));
  }

  /** Another real index with a manifest that fits its files but states the digests of the first. */
  @ParameterizedTest
  @ValueSource(strings = {"other", "unstated"})
  void anIndexOfOtherSequences(String kind) throws Exception {
    bench.buildIndex(31);
    Path tree = Files.createDirectories(folder.resolve("tree"));
    Path tarball = bench.fetch(bench.indices.get(31), "k31.tar.gz");
    assertThat(run(tree, "tar", "-xzf", tarball.toString())).isZero();
    if (kind.equals("other")) {
      String fasta = Files.readString(tree.resolve("transcripts.fa"));
      Files.writeString(
          tree.resolve("other.fa"), fasta.substring(0, fasta.indexOf(">", fasta.length() / 2)));
      assertThat(
              run(
                  tree,
                  "salmon",
                  "--no-version-check",
                  "index",
                  "-t",
                  "other.fa",
                  "-i",
                  "index",
                  "-k",
                  "31"))
          .isZero();
    }
    Files.deleteIfExists(tree.resolve("other.fa"));
    Files.deleteIfExists(tree.resolve("stdout"));
    Files.deleteIfExists(tree.resolve("stderr"));
    bench.indices.put(31, List.of(repacked(tree, kind.equals("unstated"))));
    Failure failure =
        failure(
            bench.run(
                "salmon-quant",
                bench.pair(
                    Workbench.fixture("malformed/good_1.fastq.gz"),
                    Workbench.fixture("malformed/good_2.fastq.gz"),
                    300,
                    100),
                RUN));
    assertThat(failure.failureClass()).as(failure.message()).isEqualTo(FailureClass.CORRUPT);
    assertThat(failure.step()).isEqualTo("check");
    assertThat(failure.message())
        .contains(
            kind.equals("other")
                ? "salmon used an index with index_seq_hash"
                : "nothing proves which index salmon used");
  }

  private Artifact repacked(Path tree, boolean withoutDigests) throws Exception {
    Path manifest = tree.resolve(IndexManifest.NAME);
    ObjectNode root = (ObjectNode) Json.MAPPER.readTree(Files.readAllBytes(manifest));
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(tree)) {
      files
          .filter(Files::isRegularFile)
          .map(file -> tree.relativize(file).toString())
          .filter(name -> !name.equals(IndexManifest.NAME))
          .sorted()
          .forEach(names::add);
    }
    List<IndexManifest.Entry> entries = new ArrayList<>();
    for (String name : names) {
      byte[] bytes = Files.readAllBytes(tree.resolve(name));
      var digest = Sha256.digest();
      digest.update(bytes);
      entries.add(new IndexManifest.Entry(name, bytes.length, Sha256.hex(digest.digest())));
    }
    root.set("files", Json.MAPPER.valueToTree(entries));
    if (withoutDigests) {
      ((ObjectNode) root.path("metadata")).remove(List.of("index_seq_hash", "index_name_hash"));
    }
    Files.write(manifest, Json.MAPPER.writeValueAsBytes(root));
    Path tarball = folder.resolve("repacked.k31.tar.gz");
    List<String> pack = new ArrayList<>(List.of("tar", "-czf", tarball.toString()));
    pack.add(IndexManifest.NAME);
    pack.addAll(names);
    assertThat(new ProcessBuilder(pack).directory(tree.toFile()).start().waitFor()).isZero();
    var stored = bench.permanent.put("", tarball, true);
    return new Artifact(
        "x.k31.tar.gz", stored.sha256(), stored.size(), "application/gzip", "salmon-index");
  }

  private static byte[] unpacked(String fixture) throws IOException {
    byte[] bytes = Files.readAllBytes(Workbench.fixture(fixture));
    return new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
  }

  private static StepContext context(Path work, String... with) {
    Map<String, String> values = new HashMap<>();
    for (int at = 0; at < with.length; at += 2) {
      values.put(with[at], with[at + 1]);
    }
    return new StepContext(
        new TestAttempt(null, null, work),
        new ScratchRoom(new TestAttempt(null, Resources.of(1000, 0, 1L << 30), work)),
        work,
        values,
        List.of(),
        Map.of(),
        new TreeMap<>(),
        List.of(),
        new ArrayList<>());
  }

  private static int run(Path work, String... command) throws Exception {
    return new ProcessBuilder(command)
        .directory(work.toFile())
        .redirectOutput(work.resolve("stdout").toFile())
        .redirectError(work.resolve("stderr").toFile())
        .start()
        .waitFor();
  }
}
