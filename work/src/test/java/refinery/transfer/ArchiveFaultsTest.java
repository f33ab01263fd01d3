package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.FaultServer.status;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.testing.RequiresTools;
import refinery.transfer.Damage.Place;
import refinery.transfer.FaultServer.Answer;

/**
 * SRA archives whose bytes are damaged, with and without a stated MD5, or that break off on the
 * way: what is accepted gives exactly the reads of the sound archive.
 */
@RequiresTools({"vdb-validate", "sra-stat", "fasterq-dump"})
class ArchiveFaultsTest {
  private static final String RUN = "SRR7710001";
  private static final Path ARCHIVE = Path.of("src/test/resources/cases/reads/sra_only_run.sra");
  private static final List<Damage> DAMAGES =
      List.of(Damage.FLIPPED, Damage.ZEROED, Damage.DROPPED, Damage.INSERTED, Damage.CUT);
  private static final String TAG = "ETag: \"one\"";

  @TempDir Path directory;

  private final Map<String, CompletableFuture<Outcome>> running = new LinkedHashMap<>();

  private void start(Node node, String cell, byte[] good, boolean sum, Answer... answers) {
    String path = "/sra/" + running.size();
    node.server.on(path, answers);
    Location location = sum ? node.stated("ncbi", path, "sra", good) : node.ncbi(path);
    List<SourceFile> files = List.of(new SourceFile(RUN + ".sra", "sra", List.of(location)));
    running.put(
        cell + (sum ? " | sum" : " |"),
        node.start(node.attempt(RUN, files, Map.of("library_layout", "PAIRED"))));
  }

  /** The names and sums of what came out, or the class of the refusal. */
  private static String end(Node node, CompletableFuture<Outcome> attempt) throws Exception {
    Outcome outcome = attempt.get(120, TimeUnit.SECONDS);
    if (outcome instanceof Outcome.Failed failed) {
      return failed.failure().failureClass().word();
    }
    StringBuilder reads = new StringBuilder();
    for (RawFile one : ((JobResult.Downloaded) ((Outcome.Succeeded) outcome).result()).files()) {
      reads.append(one.role()).append(' ').append(Node.md5(node.stored(one.object()))).append('\n');
    }
    return reads.toString();
  }

  private void startAll(Node node) throws IOException {
    byte[] good = Files.readAllBytes(ARCHIVE);
    Answer whole = file(good, TAG);
    for (boolean sum : new boolean[] {true, false}) {
      start(node, "good", good, sum, whole);
      for (Place place : Place.values()) {
        for (Damage damage : DAMAGES) {
          start(node, damage + " " + place, good, sum, file(damage.of(good, place)));
        }
        int sent = place.in(good.length);
        start(node, "broken reset " + place, good, sum, FaultServer.reset(good, sent, TAG), whole);
        start(node, "broken cut " + place, good, sum, FaultServer.cut(good, sent, TAG), whole);
      }
    }
  }

  @Test
  void noDamagedArchiveGivesReads() throws Exception {
    List<String> cells = new ArrayList<>();
    try (Node node = new Node(directory, Node.settings(4))) {
      node.server.on("/eutils/efetch.fcgi", status(404));
      startAll(node);
      String truth = end(node, running.get("good | sum"));
      assertThat(truth).contains("reads_1 ", "reads_2 ");
      for (var cell : running.entrySet()) {
        String end = end(node, cell.getValue());
        boolean reads = end.contains("\n");
        cells.add(cell.getKey() + " -> " + (end.equals(truth) ? "good" : reads ? "BAD" : end));
      }
    }
    Files.write(Files.createDirectories(Path.of("target")).resolve("fault-archives.txt"), cells);
    System.out.println("Faults of SRA archives: " + cells.size() + " cells");
    assertThat(cells).hasSize(44).noneMatch(cell -> cell.endsWith("BAD"));
    assertThat(cells)
        .filteredOn(cell -> cell.startsWith("good") || cell.startsWith("broken"))
        .allMatch(cell -> cell.endsWith("-> good"));
    assertThat(cells)
        .as("an archive with another MD5 than the stated one")
        .filteredOn(cell -> cell.contains("| sum"))
        .filteredOn(cell -> !cell.startsWith("good") && !cell.startsWith("broken"))
        .allMatch(cell -> cell.endsWith("-> corrupt"));
  }
}
