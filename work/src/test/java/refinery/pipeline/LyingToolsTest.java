package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.Outcome;
import refinery.storage.ObjectStore;
import refinery.testing.RequiresTools;
import refinery.testing.SmallVolume;

/** The real tools exit with 0 in all of these; each ends in the class that decides rightly. */
@RequiresTools
class LyingToolsTest {
  @TempDir static Path folder;
  private static Workbench bench;
  private static final Map<String, String> RUN = Map.of("organism", "synthetica_minima");

  @BeforeAll
  static void buildIndex() throws IOException {
    bench = new Workbench(folder);
    bench.buildIndex(31);
  }

  @BeforeEach
  void nothingMayBeReused() {
    bench.finished.clear();
  }

  private static Outcome.Failed failed(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    System.out.println(((Outcome.Failed) outcome).failure());
    return (Outcome.Failed) outcome;
  }

  private static void assertClass(Outcome outcome, FailureClass expected) {
    assertThat(failed(outcome).failure().failureClass())
        .as(failed(outcome).failure().message())
        .isEqualTo(expected);
  }

  private static List<RawFile> good() throws IOException {
    return bench.pair(
        Workbench.fixture("malformed/good_1.fastq.gz"),
        Workbench.fixture("malformed/good_2.fastq.gz"),
        300,
        100);
  }

  @ParameterizedTest
  @CsvSource({
    "salmon-quant,truncated_1,good_2",
    "kallisto-quant,truncated_1,good_2",
    "kallisto-quant,bitflip_1,good_2",
    "salmon-quant,good_1,short_2",
    "kallisto-quant,good_1,short_2",
    "kallisto-quant,quality_short_1,good_2",
    "kallisto-quant,binary_1,good_2",
    "kallisto-quant,html_error_page,good_2"
  })
  void damagedReadsThatToolsAccept(String pipeline, String first, String second)
      throws IOException {
    List<RawFile> reads =
        bench.pair(
            Workbench.fixture("malformed/" + first + ".fastq.gz"),
            Workbench.fixture("malformed/" + second + ".fastq.gz"),
            300,
            100);
    assertClass(bench.run(pipeline, reads, RUN), FailureClass.CORRUPT);
  }

  @Test
  void fewerReadsThanTheArchiveStates() throws IOException {
    Map<String, String> said = new HashMap<>(RUN);
    said.put("read_count", "301");
    assertClass(bench.run("kallisto-quant", good(), said), FailureClass.CORRUPT);
  }

  @Test
  void readsThatNobodyCountedAreCounted() throws IOException {
    Map<String, String> said = new HashMap<>(RUN);
    said.put("mean_read_length", "100");
    List<RawFile> reads =
        List.of(
            bench.raw(
                "reads_1",
                Workbench.fixture("malformed/truncated_1.fastq.gz"),
                OptionalLong.empty(),
                OptionalLong.empty()),
            bench.raw(
                "reads_2",
                Workbench.fixture("malformed/good_2.fastq.gz"),
                OptionalLong.empty(),
                OptionalLong.empty()));
    assertClass(bench.run("kallisto-quant", reads, said), FailureClass.PERMANENT);
  }

  /** As a download leaves files of which it has read the beginning: nobody has counted them. */
  private static List<RawFile> uncounted(String first, String second) throws IOException {
    List<RawFile> files = new ArrayList<>();
    for (Map.Entry<String, String> file : Map.of("reads_1", first, "reads_2", second).entrySet()) {
      files.add(
          bench.raw(
              file.getKey(),
              Workbench.fixture("malformed/" + file.getValue() + ".fastq.gz"),
              OptionalLong.empty(),
              OptionalLong.empty()));
    }
    return files;
  }

  private static Map<String, String> stating(int reads) {
    return Map.of(
        "organism",
        "synthetica_minima",
        "mean_read_length",
        "100",
        "read_count",
        Integer.toString(reads));
  }

  @ParameterizedTest
  @CsvSource({
    "salmon-quant,truncated_1,good_2,300",
    "kallisto-quant,truncated_1,good_2,300",
    "kallisto-quant,bitflip_1,good_2,300",
    "salmon-quant,good_1,short_2,300",
    "kallisto-quant,quality_short_1,good_2,300"
  })
  void theToolsOwnCountProvesWhatNobodyRead(
      String pipeline, String first, String second, int stated) throws IOException {
    Outcome outcome = bench.run(pipeline, uncounted(first, second), stating(stated));
    assertClass(outcome, FailureClass.PERMANENT);
    assertThat(failed(outcome).failure().message())
        .containsPattern("(salmon|kallisto) read [0-9]+ reads, but the archive states " + stated);
  }

  /** Whether the download has found out, or nobody has counted yet. */
  @ParameterizedTest
  @CsvSource({
    "salmon-quant,301,''",
    "kallisto-quant,299,''",
    "kallisto-quant,600,''",
    "kallisto-quant,299,there are at least 300"
  })
  void aWrongCountOfTheArchiveFailsNoSoundFile(String pipeline, int stated, String found)
      throws IOException {
    Map<String, String> said = new HashMap<>(stating(stated));
    if (!found.isEmpty()) {
      said.put("read_count_differs", found);
    }
    Outcome outcome = bench.run(pipeline, uncounted("good_1", "good_2"), said);
    assertThat(Workbench.processed(outcome).facts().get("read_count_differs"))
        .contains("there are 300 reads, the metadata state " + stated);
    assertThat(((Outcome.Succeeded) outcome).steps())
        .flatExtracting("checks")
        .contains("good_1.fastq.gz: 300 FASTQ records, the whole file");
  }

  @ParameterizedTest
  @CsvSource({"salmon-quant,salmon", "kallisto-quant,kallisto"})
  void readsThatTheToolHasCountedAreTaken(String pipeline, String tool) throws IOException {
    Outcome outcome = bench.run(pipeline, uncounted("good_1", "good_2"), stating(300));
    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    assertThat(((Outcome.Succeeded) outcome).steps())
        .flatExtracting("checks")
        .contains(
            tool
                + " read 300 reads, as the archive states; before, the beginning of the files was"
                + " checked");
  }

  /** Every size of a volume that is too small, from the first file to the last table. */
  @ParameterizedTest
  @CsvSource({"kallisto-quant,12,108,8", "salmon-quant,20,290,30"})
  void aFullDiskUnderTheTool(String pipeline, int from, int to, int step) throws IOException {
    Set<String> failedAt = new TreeSet<>();
    for (int kilobytes = from; kilobytes <= to; kilobytes += step) {
      bench.finished.clear();
      try (SmallVolume volume = SmallVolume.mount(kilobytes + "k")) {
        // Only the working directory lies there: our own log must not be what fails.
        Path scratch = Files.createDirectories(folder.resolve(pipeline + kilobytes));
        Files.createSymbolicLink(scratch.resolve("work"), volume.path());
        Outcome outcome = bench.run(pipeline, good(), RUN, scratch);
        if (outcome instanceof Outcome.Failed failed) {
          assertClass(outcome, FailureClass.OUT_OF_DISK);
          failedAt.add(failed.failure().step());
        }
      }
    }
    System.out.println(pipeline + " on a full volume failed at " + failedAt);
    assertThat(failedAt).containsAnyOf("quantify-pairs", "check");
  }

  @Test
  void aFullDiskUnderTheReferences() throws IOException {
    try (SmallVolume volume = SmallVolume.mount("256k")) {
      Path scratch = Files.createDirectories(folder.resolve("no-room"));
      TestAttempt attempt = new TestAttempt(null, Resources.of(1000, 1L << 30, 1L << 30), scratch);
      ReferenceCache cache = ReferenceCache.open(volume.path(), OptionalLong.of(1L << 30));
      String index =
          bench.indices.get(31).stream()
              .filter(artifact -> artifact.name().endsWith("k31.tar.gz"))
              .findFirst()
              .orElseThrow()
              .sha256();
      assertThatThrownBy(() -> cache.lease(index, bench.permanent, attempt))
          .isInstanceOf(ObjectStore.OutOfSpaceException.class);
      try (Stream<Path> left = Files.list(volume.path())) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void aGenomeCutShort() throws IOException {
    Path genome = folder.resolve("cut.fa.gz");
    Path whole =
        Workbench.fixture(
            "pub/release-99/fasta/synthetica_minima/dna/Synthetica_minima.SMIN1.dna.toplevel.fa.gz");
    try (var in = new GZIPInputStream(Files.newInputStream(whole));
        var out = new GZIPOutputStream(Files.newOutputStream(genome))) {
      out.write(in.readNBytes(90_000));
    }
    Map<String, String> parameters = new HashMap<>(Workbench.SPECIES);
    parameters.put("k", "31");
    RawFile cut = bench.raw("genome", genome, OptionalLong.empty(), OptionalLong.empty());
    List<RawFile> inputs = List.of(cut, bench.reference().get(1));
    Outcome outcome = bench.run("transcriptome-index", inputs, parameters);
    assertClass(outcome, FailureClass.PERMANENT);
    assertThat(failed(outcome).failure().message()).contains("cut short or of another release");
  }

  @Test
  void transcriptsThatRsemOnlyWarnedAbout() throws IOException, InterruptedException {
    Path work = Files.createDirectories(folder.resolve("rsem/work"));
    Files.writeString(work.resolve("map.txt"), "G1\tT1\nG2\tT2\n");
    Files.writeString(work.resolve("extracted.fa"), ">T1\nACGT\n");
    StepContext context =
        new StepContext(
            new TestAttempt(null, null, work),
            new ScratchRoom(new TestAttempt(null, Resources.of(1000, 0, 1L << 30), work)),
            work,
            Map.of("map", "map.txt", "fasta", "extracted.fa"),
            List.of(),
            Map.of(),
            new TreeMap<>(),
            List.of(),
            new ArrayList<>());
    try {
      new TranscriptsCheck().run(context);
      throw new AssertionError("accepted");
    } catch (StepFailure failure) {
      assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.PERMANENT);
      assertThat(failure).hasMessageContaining("1 of 2 expected transcripts");
    }
  }

  @ParameterizedTest
  @CsvSource({"seq.bin", "refseq.bin", "rank.bin", "ctg_offsets.bin"})
  void aSalmonIndexCutShort(String file) throws IOException, InterruptedException {
    List<Artifact> whole = bench.indices.get(31);
    Path tree = Files.createDirectories(folder.resolve("cut-" + file));
    run("tar", "-xzf", bench.fetch(whole, "k31.tar.gz").toString(), "-C", tree.toString());
    Path cut = tree.resolve("index").resolve(file);
    try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
    Path tarball = folder.resolve(file + ".k31.tar.gz");
    List<String> pack =
        new ArrayList<>(
            List.of("tar", "-czf", tarball.toString(), "-C", tree.toString(), "manifest.json"));
    try (Stream<Path> files = Files.walk(tree)) {
      files
          .filter(Files::isRegularFile)
          .map(path -> tree.relativize(path).toString())
          .filter(name -> !name.equals("manifest.json"))
          .forEach(pack::add);
    }
    run(pack.toArray(String[]::new));
    var stored = bench.permanent.put("", tarball, true);
    Artifact artifact =
        new Artifact(
            "x.k31.tar.gz", stored.sha256(), stored.size(), "application/gzip", "salmon-index");
    bench.indices.put(31, List.of(artifact));
    try {
      Outcome outcome = bench.run("salmon-quant", good(), RUN);
      assertClass(outcome, FailureClass.CORRUPT);
      assertThat(failed(outcome).failure().message())
          .contains("index/" + file + " is not the file that was packed");
    } finally {
      bench.indices.put(31, whole);
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void anObjectDamagedInStorageIsNotUsed() throws IOException {
    List<RawFile> reads = good();
    String sha256 = reads.getFirst().sha256();
    Path stored =
        folder.resolve(
            "temporary/spaces/%s/%s/%s/%s"
                .formatted(
                    Workbench.DOWNLOAD, sha256.substring(0, 2), sha256.substring(2, 4), sha256));
    Files.delete(stored);
    Files.writeString(stored, "rubbish", StandardCharsets.UTF_8);
    assertClass(bench.run("kallisto-quant", reads, RUN), FailureClass.CORRUPT);
  }

  @Test
  void kallistoIndexesNothingWithoutComplaint() {
    KallistoInspect nothing =
        KallistoInspect.parse(
            List.of(
                "#[inspect] k = 31",
                "#[inspect] number of targets = 0",
                "#[inspect] Number of k-mers in index = 0"));
    assertThat(nothing.kmers()).hasValue(0);
    KallistoInspect newer =
        KallistoInspect.parse(
            List.of("[inspect] number of unitigs = 298", "[inspect] max EC size = 8"));
    assertThat(newer.largestClass()).hasValue(8);
    try {
      KallistoInspect golden =
          KallistoInspect.parse(
              Workbench.lines(Workbench.fixture("expected/golden/kallisto/inspect_k31.stdout")));
      assertThat(golden.largestClass()).hasValue(8);
      assertThat(golden.membership()).hasValue(433);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
