package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.FaultServer.status;
import static refinery.transfer.Node.fixture;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.testing.RequiresTools;

/** NCBI behind ENA: the same reads, whichever archive delivered them; real tools, real archives. */
@RequiresTools({"vdb-validate", "sra-stat", "fasterq-dump"})
class NcbiFallbackTest {
  @TempDir Path directory;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    node = new Node(directory);
    node.server.on("/eutils/efetch.fcgi", file(fixture("api/ncbi/efetch_sra.xml")));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /** The files of a run as ENA lists them, all of them with the archive as their last location. */
  private List<SourceFile> run(String run) throws Exception {
    List<SourceFile> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(Node.FIXTURES.resolve("vol1"))) {
      for (Path path :
          all.filter(one -> one.getFileName().toString().matches(run + "(_[12])?\\.fastq\\.gz"))
              .sorted()
              .toList()) {
        String name = path.getFileName().toString();
        byte[] body = Files.readAllBytes(path);
        node.server.on("/ena/" + name, file(body));
        files.add(Node.reads(name, node.ena("/ena/" + name, body), archive(run)));
      }
    }
    node.server.on("/sra/" + run + "/" + run, file(fixture("sra/" + run + "/" + run)));
    return files;
  }

  private Location archive(String run) {
    return new Location(
        "ncbi",
        node.server.url("/sra/" + run + "/" + run),
        "sra",
        OptionalLong.empty(),
        Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "SRR990001, 3000",
    "SRR9900002, 3000",
    "SRR99900003, 3000",
    "ERR99900004, 3000",
    "ERR9900005, 3000",
    "DRR990006, 3000",
    "SRR99900007, 2000"
  })
  void theReadsAreTheSame(String run, String spots) throws Exception {
    List<SourceFile> files = run(run);
    Map<String, String> metadata = Map.of("read_count", spots);
    JobResult.Downloaded ena = succeeded(run, files, metadata);
    String first = files.getLast().name();
    node.server.on("/ena/" + first, status(404));
    JobResult.Downloaded ncbi = succeeded(run, files, metadata);

    assertThat(ncbi.facts()).containsEntry("delivered_from", "ncbi");
    assertThat(ncbi.facts().get("fallback_reason")).contains("ena has no copy of " + first);
    for (String fact : List.of("layout", "reads", "bases", "mean_read_length")) {
      assertThat(ncbi.facts()).containsEntry(fact, ena.facts().get(fact));
    }
    assertThat(byRole(ncbi)).isEqualTo(byRole(ena));
    assertThat(ncbi.files())
        .extracting("name")
        .containsExactlyInAnyOrderElementsOf(ena.files().stream().map(RawFile::name).toList());
    assertThat(ncbi.facts().getOrDefault("notes", "")).doesNotContain("md5");
    assertThat(node.server.requests("/sra/" + run + "/" + run)).hasSize(1);
  }

  /** Sequences and qualities, in order. */
  private Map<String, List<String>> byRole(JobResult.Downloaded result) throws Exception {
    Map<String, List<String>> reads = new TreeMap<>();
    for (RawFile file : result.files()) {
      List<String> lines =
          new String(
                  new GZIPInputStream(new ByteArrayInputStream(node.stored(file.object())))
                      .readAllBytes(),
                  StandardCharsets.US_ASCII)
              .lines()
              .toList();
      List<String> kept = new ArrayList<>();
      for (int line = 1; line < lines.size(); line += 2) {
        kept.add(lines.get(line));
      }
      reads.put(file.role(), kept);
    }
    return reads;
  }

  @Test
  void anArchiveThatDoesNotAnswerIsNotOneThatHasNothing() throws Exception {
    List<SourceFile> files = run("SRR990001");
    node.server.on("/ena/SRR990001_1.fastq.gz", status(503));
    JobResult.Downloaded result = succeeded("SRR990001", files, Map.of("read_count", "3000"));
    assertThat(result.facts().get("fallback_reason")).contains("ena did not answer");
    assertThat(result.files()).extracting("deliveredFrom").containsOnly("ncbi");
  }

  @Test
  void matesOfTwoMirrorsAreNotMixed() throws Exception {
    List<SourceFile> files = run("SRR990001");
    byte[] damaged = fixture("vol1/fastq/SRR990/SRR990001/SRR990001_2.fastq.gz");
    damaged[50_000] ^= 0x10;
    node.server.on("/ena/SRR990001_2.fastq.gz", file(damaged));
    JobResult.Downloaded result = succeeded("SRR990001", files, Map.of());
    assertThat(result.files()).extracting("deliveredFrom").containsOnly("ncbi");
    assertThat(result.facts().get("fallback_reason")).contains("delivered a bad copy");
  }

  @Test
  void withoutEutilsTheMd5IsNotVerifiedAndThatIsSaid() throws Exception {
    List<SourceFile> files = run("DRR990006");
    node.server.on("/ena/DRR990006.fastq.gz", status(404)).on("/eutils/efetch.fcgi", status(503));
    JobResult.Downloaded result = succeeded("DRR990006", files, Map.of("read_count", "3000"));
    assertThat(result.facts().get("notes")).contains("md5 was not verified");
  }

  @Test
  void anMd5ThatNcbiStatesIsVerified() throws Exception {
    List<SourceFile> files = run("DRR990006");
    byte[] flipped = fixture("sra/DRR990006/DRR990006");
    flipped[100_000] ^= 1;
    node.server
        .on("/ena/DRR990006.fastq.gz", status(404))
        .on("/sra/DRR990006/DRR990006", file(flipped));
    Outcome.Failed failed = failed("DRR990006", files, Map.of());
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    assertThat(failed.failure().message())
        .contains("ena has no copy")
        .contains("md5 is")
        .contains("/sra/DRR990006/DRR990006");
  }

  @ParameterizedTest
  @ValueSource(strings = {"flipped", "truncated", "html", "rubbish", "incomplete"})
  void aBadArchiveIsCorrupt(String kind) throws Exception {
    byte[] good = fixture("sra/DRR990006/DRR990006");
    byte[] body =
        switch (kind) {
          case "flipped" -> {
            byte[] flipped = good.clone();
            flipped[100_000] ^= 1;
            yield flipped;
          }
          case "truncated" -> fixture("malformed/truncated.sra");
          case "html" -> fixture("malformed/html.sra");
          case "rubbish" -> {
            byte[] rubbish = Arrays.copyOf(good, 60_000);
            Arrays.fill(rubbish, 8, rubbish.length, (byte) 7);
            yield rubbish;
          }
          default -> good;
        };
    String stated = kind.equals("incomplete") ? "3001" : "3000";
    List<SourceFile> files = run("DRR990006");
    node.server
        .on("/ena/DRR990006.fastq.gz", status(404))
        .on("/eutils/efetch.fcgi", status(404))
        .on("/sra/DRR990006/DRR990006", file(body));
    Outcome.Failed failed = failed("DRR990006", files, Map.of("read_count", stated));
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    assertThat(failed.failure().message())
        .contains("ncbi delivered a bad copy")
        .contains(kind.equals("incomplete") ? "3000 spots, the metadata state 3001" : "");
    assertThat(node.stored()).isEmpty();
  }

  @Test
  void everythingAbsentIsAbsent() throws Exception {
    List<SourceFile> files = run("DRR990006");
    node.server
        .on("/ena/DRR990006.fastq.gz", status(404))
        .on("/sra/DRR990006/DRR990006", status(403));
    Outcome.Failed failed = failed("DRR990006", files, Map.of());
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failed.failure().message()).contains("ena has no copy").contains("ncbi has no copy");
  }

  /** The metadata of a run that ENA has no FASTQ of name the archive alone. */
  @Test
  void aRunThatOnlyNcbiHasGivesItsReads() throws Exception {
    run("DRR990006");
    SourceFile only = new SourceFile("DRR990006.sra", "sra", List.of(archive("DRR990006")));
    JobResult.Downloaded result =
        succeeded("DRR990006", List.of(only), Map.of("read_count", "3000"));
    assertThat(result.files()).extracting("name").containsExactly("DRR990006.fastq.gz");
    assertThat(result.files().getFirst().reads()).hasValue(3000);
  }

  @Test
  void anArchiveThatTakesMoreDiskThanIsReservedIsNotBegun() throws Exception {
    List<SourceFile> files = run("DRR990006");
    node.server.on("/ena/DRR990006.fastq.gz", status(404));
    long archive = fixture("sra/DRR990006/DRR990006").length;
    LocalAttempt small = node.attempt("DRR990006", files, Map.of()).withDisk(10 * archive);
    Outcome.Outgrown outgrown = (Outcome.Outgrown) node.run(small);
    assertThat(outgrown.disk()).isEqualTo(10 * archive + (64L << 20));
    assertThat(outgrown.reason()).contains("are reserved", "ena has no copy");
    assertThat(node.server.requests("/sra/DRR990006/DRR990006")).isEmpty();
    assertThat(node.run(node.attempt("DRR990006", files, Map.of()).withDisk(outgrown.disk())))
        .isInstanceOf(Outcome.Succeeded.class);
  }

  /** fasterq-dump mangles the names of its files below a directory with letters outside ASCII. */
  @Test
  void theToolkitWritesWhereItStands() throws Exception {
    List<SourceFile> files = run("DRR990006");
    node.server.on("/ena/DRR990006.fastq.gz", status(404));
    Outcome.Succeeded done =
        (Outcome.Succeeded) node.run(node.attempt("DRR990006", files, Map.of()));
    assertThat(done.steps())
        .filteredOn(step -> step.name().equals("fasterq-dump"))
        .singleElement()
        .satisfies(
            step -> assertThat(step.command()).containsSequence("-O", "reads", "-t", "scratch"));
  }

  @Test
  void nothingIsLeftInScratch() throws Exception {
    List<SourceFile> files = run("DRR990006");
    node.server.on("/ena/DRR990006.fastq.gz", status(404));
    LocalAttempt attempt = node.attempt("DRR990006", files, Map.of());
    assertThat(node.run(attempt)).isInstanceOf(Outcome.Succeeded.class);
    try (Stream<Path> left = Files.walk(attempt.scratch())) {
      assertThat(left.filter(Files::isRegularFile)).containsExactly(attempt.log());
    }
    assertThat(Files.readString(attempt.log())).contains("is consistent").contains("spots read");
  }

  private JobResult.Downloaded succeeded(
      String run, List<SourceFile> files, Map<String, String> metadata) throws Exception {
    Outcome outcome = node.run(run, files, metadata);
    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    return (JobResult.Downloaded) ((Outcome.Succeeded) outcome).result();
  }

  private Outcome.Failed failed(String run, List<SourceFile> files, Map<String, String> metadata)
      throws Exception {
    Outcome outcome = node.run(run, files, metadata);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return (Outcome.Failed) outcome;
  }
}
