package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.FaultServer.status;
import static refinery.transfer.Node.fixture;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.agent.ProcessRequest;
import refinery.agent.ProcessResult;
import refinery.archive.ncbi.SraExtraction;
import refinery.archive.ncbi.SraExtraction.ExtractionException;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.testing.RequiresTools;
import refinery.testing.SmallVolume;

/** The real SRA toolkit says success in most of these; docs/lies.md lists them all. */
@RequiresTools({"vdb-validate", "sra-stat", "fasterq-dump", "latf-load", "kar"})
class LyingArchiveToolsTest {
  private static final String RUN = "DRR990006";

  @TempDir Path directory;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    node = new Node(directory);
    node.server.on("/eutils/efetch.fcgi", status(404));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private List<SourceFile> archive(byte[] body) {
    node.server.on("/sra", file(body));
    Location location =
        new Location(
            "ncbi", node.server.url("/sra"), "sra", OptionalLong.empty(), Optional.empty());
    return List.of(Node.reads(RUN + ".fastq.gz", location));
  }

  private void assertCorrupt(Outcome outcome, String message) throws IOException {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) outcome).failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    assertThat(((Outcome.Failed) outcome).failure().message()).contains(message);
    assertThat(node.stored()).isEmpty();
  }

  @Test
  void anArchiveOfNoBytesIsCorrupt() throws Exception {
    assertCorrupt(node.run(RUN, archive(new byte[0]), Map.of()), "0 bytes");
  }

  /** vdb-validate exits with 0 and says nothing of either. */
  @ParameterizedTest
  @ValueSource(strings = {"file", "directory"})
  void nothingIsNoArchive(String kind) throws Exception {
    Path nothing = directory.resolve("nothing").resolve(RUN);
    Files.createDirectories(nothing.getParent());
    if (kind.equals("file")) {
      Files.createFile(nothing);
    } else {
      Files.createDirectory(nothing);
    }
    SraExtraction extraction =
        new SraExtraction(
            node.attempt(RUN, List.of(), Map.of()), Duration.ofMinutes(1), Duration.ofMinutes(1));
    ExtractionException refused =
        catchThrowableOfType(
            ExtractionException.class,
            () -> extraction.extract(nothing, directory.resolve("out"), OptionalLong.empty()));
    assertThat(refused.failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    assertThat(refused).hasMessageContaining("does not take it for an archive");
  }

  /** Made of two thirds of the reads; the toolkit calls it consistent. */
  @Test
  void anIncompleteArchiveIsCorrupt() throws Exception {
    byte[] incomplete = load(2000);
    Outcome outcome = node.run(RUN, archive(incomplete), Map.of("read_count", "3000"));
    assertCorrupt(outcome, "2000 spots, the metadata state 3000");
    assertThat(node.run(RUN, archive(incomplete), Map.of("read_count", "2000")))
        .as("consistent as far as the tools can tell")
        .isInstanceOf(Outcome.Succeeded.class);
  }

  private byte[] load(int reads) throws Exception {
    byte[] packed = fixture("vol1/fastq/DRR990/DRR990006/DRR990006.fastq.gz");
    String cut =
        new String(
                new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes(),
                StandardCharsets.US_ASCII)
            .lines()
            .limit(4L * reads)
            .map(line -> line.replaceFirst("^@" + RUN + "\\.[0-9]+ ", "@"))
            .collect(Collectors.joining("\n", "", "\n@SYN:cut\nACGT\n+\n"));
    Path work = Files.createDirectories(directory.resolve("load"));
    Files.writeString(work.resolve("cut.fastq"), cut);
    call(work, "latf-load", "-L", "fatal", "-p", "ILLUMINA", "--quality", "PHRED_33");
    call(work, "kar", "-f", "-c", "packed", "-d", "table");
    return Files.readAllBytes(work.resolve("packed"));
  }

  /** Versions differ in the loader's exit code for a file that is cut; kar packs what is there. */
  private static void call(Path work, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(arguments));
    if (command.getFirst().equals("latf-load")) {
      command.addAll(List.of("-t", work.toString(), "-o", "table", "cut.fastq"));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("log").toFile());
    builder.environment().put("HOME", work.toString());
    builder.start().waitFor();
  }

  /**
   * With its own estimate in force fasterq-dump refuses to begin (3); without, as when others fill
   * the volume meanwhile, it exits with 0 and leaves cut files; without room for one more file it
   * fails midway. Only the extraction lies on the small volume.
   */
  @ParameterizedTest
  @CsvSource({"on,200,1700,300", "off,200,1400,100"})
  void aFullDiskUnderFasterqDump(String sizeCheck, int from, int to, int step) throws Exception {
    Set<Integer> exitCodes = new TreeSet<>();
    int tooSmall = 0;
    for (int kilobytes = from; kilobytes <= to; kilobytes += step) {
      tooSmall += outOfDisk(kilobytes + "k", sizeCheck, exitCodes) ? 1 : 0;
    }
    System.out.println("fasterq-dump on full volumes exited with " + exitCodes);
    assertThat(tooSmall).as("sizes on which it ran out of disk").isGreaterThanOrEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 8, 9})
  void noRoomForOneMoreFile(int files) throws Exception {
    assertThat(outOfDisk("32m,nr_inodes=" + files, "on", new TreeSet<>())).isTrue();
  }

  /** Whether it ran out of disk; if not, it has all reads. */
  private boolean outOfDisk(String size, String sizeCheck, Set<Integer> exitCodes)
      throws Exception {
    List<SourceFile> files = archive(fixture("sra/" + RUN + "/" + RUN));
    try (SmallVolume volume = SmallVolume.mount(size)) {
      Path scratch = Files.createDirectories(directory.resolve("on-" + size + "-" + sizeCheck));
      Files.createSymbolicLink(scratch.resolve("extraction"), volume.path());
      Outcome outcome = node.run(new SizeChecked(scratch, files, sizeCheck, exitCodes));
      if (outcome instanceof Outcome.Failed failed) {
        System.out.println(size + ": " + failed.failure());
        assertThat(failed.failure().failureClass())
            .as(failed.failure().message())
            .isEqualTo(FailureClass.OUT_OF_DISK);
        assertThat(node.stored()).isEmpty();
        return true;
      } else {
        JobResult result = ((Outcome.Succeeded) outcome).result();
        assertThat(((JobResult.Downloaded) result).facts()).containsEntry("reads", "3000");
        return false;
      }
    }
  }

  /** Runs fasterq-dump with its estimate of the space switched on or off. */
  private static final class SizeChecked extends LocalAttempt {
    private final String sizeCheck;
    private final Set<Integer> exitCodes;

    SizeChecked(Path scratch, List<SourceFile> files, String sizeCheck, Set<Integer> exitCodes) {
      super(scratch, RUN, files, Map.of("read_count", "3000"));
      this.sizeCheck = sizeCheck;
      this.exitCodes = exitCodes;
    }

    @Override
    public ProcessResult execute(ProcessRequest request) throws InterruptedException {
      if (!request.command().getFirst().equals("fasterq-dump")) {
        return super.execute(request);
      }
      List<String> command = new ArrayList<>(request.command());
      command.addAll(List.of("--size-check", sizeCheck));
      ProcessResult result =
          super.execute(
              new ProcessRequest(
                  command,
                  request.environment(),
                  request.directory(),
                  request.stdout(),
                  request.log(),
                  request.stall(),
                  request.wallTime()));
      exitCodes.add(result.exitCode());
      return result;
    }
  }
}
