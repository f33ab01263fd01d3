package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.FaultServer.status;
import static refinery.transfer.ReadDeliveries.assertFailed;
import static refinery.transfer.ReadDeliveries.delivered;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.agent.ProcessRequest;
import refinery.agent.ProcessResult;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.testing.RequiresTools;

/** SRA archives as people have reported them, and what the toolkit says of them. */
@RequiresTools({"vdb-validate", "sra-stat", "fasterq-dump"})
class ArchiveCasesTest {
  private static final Path CASES = Path.of("src/test/resources/cases/reads");
  private static final String RUN = "SRR7700000";

  @TempDir static Path directory;
  private static Node node;

  @BeforeAll
  static void start() throws Exception {
    node = new Node(directory);
    node.server.on("/eutils/efetch.fcgi", status(404));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void aRunThatIsOnlyAnArchiveIsExtracted() throws Exception {
    String run = "SRR7710001";
    node.server.on("/sra/" + run, file(Files.readAllBytes(CASES.resolve("sra_only_run.sra"))));
    List<SourceFile> files =
        List.of(new SourceFile(run + ".sra", "sra", List.of(node.ncbi("/sra/" + run))));
    JobResult.Downloaded result =
        delivered(node.run(run, files, Map.of("read_count", "1000", "library_layout", "PAIRED")));
    assertThat(result.facts())
        .containsEntry("delivered_from", "ncbi")
        .containsEntry("layout", "PAIRED")
        .containsEntry("reads", "1000");
    assertThat(result.files()).extracting("role").containsExactly("reads_1", "reads_2");
  }

  @Test
  void anArchiveOfWhichTheToolSpeaksInNoCharacterSetIsCorrupt() throws Exception {
    node.server.on(
        "/sra/incomplete", file(Files.readAllBytes(CASES.resolve("incomplete_load.sra"))));
    node.server.on("/ena/gone", status(404));
    List<SourceFile> files =
        List.of(Node.reads(RUN + ".fastq.gz", node.ena("/ena/gone"), node.ncbi("/sra/incomplete")));
    assertFailed(
        node.run(RUN, files, Map.of()),
        FailureClass.CORRUPT,
        "ena has no copy",
        "ncbi delivered a bad copy");
  }

  private static final String UNDECODABLE = "printf '\\377\\300 err: row \\200 bad\\n'; ";

  /** A real process says it, whatever the installed toolkit would print. */
  @ParameterizedTest
  @CsvSource({
    "vdb-validate, found damage",
    "sra-stat, cannot count it",
    "fasterq-dump, fasterq-dump failed"
  })
  void damageThatAToolTellsInNoCharacterSetIsCorrupt(String tool, String said) throws Exception {
    Outcome outcome = saying(tool, UNDECODABLE + UNDECODABLE.replace("; ", " >&2; ") + "exit 3");
    assertFailed(outcome, FailureClass.CORRUPT, "ncbi delivered a bad copy", said, "bad");
  }

  /** What it says beside an undamaged archive does no harm. */
  @ParameterizedTest
  @ValueSource(strings = {"vdb-validate", "sra-stat", "fasterq-dump"})
  void wordsInNoCharacterSetDamageNothing(String tool) throws Exception {
    String warning = UNDECODABLE.replace("err", "warn").replace("; ", " >&2; ");
    assertThat(delivered(saying(tool, warning + "exec " + tool + " \"$@\"")).facts())
        .containsEntry("reads", "1000");
  }

  /** The sound archive, with a script in the place of one of the tools. */
  private static Outcome saying(String tool, String script) throws Exception {
    String run = "SRR7710001";
    node.server.on("/sra/said", file(Files.readAllBytes(CASES.resolve("sra_only_run.sra"))));
    List<SourceFile> files =
        List.of(new SourceFile(run + ".sra", "sra", List.of(node.ncbi("/sra/said"))));
    Path scratch = Files.createTempDirectory(directory, "said");
    return node.run(
        new LocalAttempt(scratch, run, files, Map.of()) {
          @Override
          public ProcessResult execute(ProcessRequest request) throws InterruptedException {
            List<String> command = new ArrayList<>(request.command());
            if (command.getFirst().equals(tool)) {
              command.addAll(0, List.of("sh", "-c", script));
            }
            return super.execute(
                new ProcessRequest(
                    command,
                    request.environment(),
                    request.directory(),
                    request.stdout(),
                    request.log(),
                    request.stall(),
                    request.wallTime()));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"999", "1001", "2000"})
  void aCountThatIsNotThatOfTheArchiveWithItsMd5IsToldAndFailsNothing(String stated)
      throws Exception {
    byte[] archive = Files.readAllBytes(CASES.resolve("sra_only_run.sra"));
    node.server.on("/sra/counted", file(archive));
    Map<String, String> metadata = Map.of("read_count", stated);
    String run = "SRR7710001";
    Location proven = node.stated("ncbi", "/sra/counted", "sra", archive);
    JobResult.Downloaded result =
        delivered(
            node.run(run, List.of(new SourceFile(run + ".sra", "sra", List.of(proven))), metadata));
    assertThat(result.facts()).containsEntry("reads", "1000");
    assertThat(result.facts().get("read_count_differs")).contains("1000 spots", stated, "MD5");
    assertFailed(
        node.run(
            run,
            List.of(new SourceFile(run + ".sra", "sra", List.of(node.ncbi("/sra/counted")))),
            metadata),
        FailureClass.CORRUPT,
        "1000 spots, the metadata state " + stated);
  }
}
