package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.Node.fixture;
import static refinery.transfer.Node.reads;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;

/** Files that arrive exactly as the archive has them, but are no reads, or no mates. */
class MalformedReadsTest {
  @TempDir Path directory;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    node = new Node(directory);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          truncated_1     | truncated
          bitflip_1       | is malformed
          zero_byte       | 0 bytes
          empty_member    | no FASTQ record
          html_error_page | an HTML page
          quality_short_1 | quality values
          cut_record_1    | is cut
          fasta_1         | FASTA, not FASTQ
          binary_1        | malformed
          not_gzip_1      | instead of gzip
          """)
  void isRefused(String name, String message) throws Exception {
    byte[] body = fixture("malformed/" + name + ".fastq.gz");
    node.server.on("/file", file(body));
    Outcome outcome =
        node.run("R1", List.of(reads("R1.fastq.gz", node.ena("/file", body))), Map.of());
    Outcome.Failed failed = (Outcome.Failed) outcome;
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    assertThat(failed.failure().message()).contains(message);
    assertThat(node.stored()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          good_1        | ''
          two_members_1 | ''
          crlf_1        | carriage returns
          phred64_1     | Phred+64
          """)
  void isTaken(String name, String note) throws Exception {
    byte[] body = fixture("malformed/" + name + ".fastq.gz");
    node.server.on("/file", file(body));
    JobResult.Downloaded result =
        succeeded(List.of(reads("R1.fastq.gz", node.ena("/file", body))), Map.of());
    assertThat(result.facts())
        .containsEntry("reads", "300")
        .containsEntry("bases", "30000")
        .containsEntry("mean_read_length", "100")
        .containsEntry("layout", "SINGLE")
        .containsEntry("delivered_from", "ena");
    assertThat(result.facts().getOrDefault("notes", "")).contains(note);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          malformed/short_2.fastq.gz     | 300 reads against 250
          malformed/reordered_2.fastq.gz | another order
          malformed/good_1.fastq.gz      | the same file
          """)
  void areNoMates(String second, String message) throws Exception {
    Outcome outcome = node.run("R1", pair("malformed/good_1.fastq.gz", second), Map.of());
    Outcome.Failed failed = (Outcome.Failed) outcome;
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    assertThat(failed.failure().message()).contains(message);
    assertThat(node.stored()).isEmpty();
  }

  @Test
  void matesAreRecognised() throws Exception {
    JobResult.Downloaded result =
        succeeded(
            pair("malformed/good_1.fastq.gz", "malformed/good_2.fastq.gz"),
            Map.of("library_layout", "SINGLE", "read_count", "300"));
    assertThat(result.facts()).containsEntry("layout", "PAIRED").containsEntry("reads", "300");
    assertThat(result.facts().get("notes")).contains("SINGLE");
    assertThat(result.files()).extracting("role").containsExactly("reads_1", "reads_2");
  }

  @Test
  void fewerSpotsThanTheMetadataStateAreCorrupt() throws Exception {
    Outcome outcome =
        node.run(
            "R1",
            withoutMd5("malformed/good_1.fastq.gz", "malformed/good_2.fastq.gz"),
            Map.of("read_count", "301"));
    assertThat(((Outcome.Failed) outcome).failure().message()).contains("state 301 spots");
  }

  @Test
  void orphansAreSetAsideAndCounted() throws Exception {
    String base = "vol1/fastq/SRR999/007/SRR99900007/SRR99900007";
    node.server
        .on("/0", file(fixture(base + ".fastq.gz")))
        .on("/1", file(fixture(base + "_1.fastq.gz")))
        .on("/2", file(fixture(base + "_2.fastq.gz")));
    JobResult.Downloaded result =
        succeeded(
            List.of(
                reads("SRR99900007.fastq.gz", node.ena("/0")),
                reads("SRR99900007_1.fastq.gz", node.ena("/1")),
                reads("SRR99900007_2.fastq.gz", node.ena("/2"))),
            Map.of("library_layout", "PAIRED", "read_count", "2000"));
    assertThat(result.files()).extracting("role").containsExactly("orphans", "reads_1", "reads_2");
    assertThat(result.facts())
        .containsEntry("layout", "PAIRED")
        .containsEntry("reads", "1800")
        .containsEntry("orphans", "200");
  }

  @Test
  void oneFileOfAPairedRunIsSingle() throws Exception {
    byte[] body = fixture("malformed/good_1.fastq.gz");
    node.server.on("/file", file(body));
    JobResult.Downloaded result =
        succeeded(
            List.of(reads("R1_1.fastq.gz", node.ena("/file", body))),
            Map.of("library_layout", "PAIRED", "read_count", "0"));
    assertThat(result.facts()).containsEntry("layout", "SINGLE");
    assertThat(result.facts().get("notes")).contains("PAIRED");
  }

  @Test
  void genomesAndAnnotationsAreChecked() throws Exception {
    byte[] genome = fixture("malformed/good_1.fastq.gz");
    byte[] page = fixture("malformed/html_as.fa.gz");
    node.server.on("/genome", file(genome)).on("/page", file(page)).on("/gtf", file(genome));
    List<SourceFile> good =
        List.of(
            new SourceFile(
                "g.fa.gz", "fa.gz", List.of(node.stated("ensembl", "/genome", "fa.gz", genome))),
            new SourceFile(
                "g.gtf.gz", "gtf.gz", List.of(node.stated("ensembl", "/gtf", "gtf.gz", genome))));
    assertThat(succeeded(good, Map.of()).files())
        .extracting("role")
        .containsExactly("genome", "annotation");
    SourceFile bad =
        new SourceFile("g.fa.gz", "fa.gz", List.of(node.stated("ensembl", "/page", "fa.gz", page)));
    Outcome.Failed failed = (Outcome.Failed) node.run("g", List.of(bad), Map.of());
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
  }

  @Test
  void theDigestsAreThoseOfTheTools() throws Exception {
    Digests.Digest bsd = Digests.bsd();
    byte[] text =
        "The quick brown fox jumps over the lazy dog\n".getBytes(StandardCharsets.US_ASCII);
    bsd.accept(text, text.length);
    bsd.finish();
    assertThat(bsd.value()).isEqualTo("25281 1");
  }

  private List<SourceFile> withoutMd5(String first, String second) {
    node.server.on("/1", file(fixture(first))).on("/2", file(fixture(second)));
    return List.of(reads("R1_1.fastq.gz", node.ena("/1")), reads("R1_2.fastq.gz", node.ena("/2")));
  }

  private List<SourceFile> pair(String first, String second) {
    node.server.on("/1", file(fixture(first))).on("/2", file(fixture(second)));
    return List.of(
        reads("R1_1.fastq.gz", node.ena("/1", fixture(first))),
        reads("R1_2.fastq.gz", node.ena("/2", fixture(second))));
  }

  private JobResult.Downloaded succeeded(List<SourceFile> files, Map<String, String> metadata)
      throws Exception {
    Outcome outcome = node.run("R1", files, metadata);
    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    return (JobResult.Downloaded) ((Outcome.Succeeded) outcome).result();
  }
}
