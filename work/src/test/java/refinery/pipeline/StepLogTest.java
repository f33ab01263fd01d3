package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.Work;
import refinery.storage.LocalObjectStore;

class StepLogTest {
  private static final String FIRST = "the first words\n";
  private static final String LAST = "the last words\n";

  @TempDir Path folder;

  @Test
  void aVeryLongLogKeepsItsBeginningAndItsEnd() throws Exception {
    String kept = published((int) StepLog.LARGEST);
    assertThat(kept).startsWith(FIRST).endsWith(LAST);
    assertThat(kept)
        .contains("\n[... " + (FIRST.length() + LAST.length()) + " bytes are left out ...]\n");
    assertThat(kept.length()).isBetween((int) StepLog.LARGEST, (int) StepLog.LARGEST + 100);
  }

  @Test
  void aLogThatIsNotTooLongIsKeptAsItIs() throws Exception {
    int between = (int) StepLog.LARGEST - FIRST.length() - LAST.length();
    assertThat(published(between)).isEqualTo(FIRST + "x".repeat(between) + LAST);
  }

  /** Who followed the log while it grew reads on in the stored logs at the same byte. */
  @Test
  void theStoredLogsOneAfterTheOtherAreTheLogThatWasFollowed() throws Exception {
    Path pipelines = Files.createDirectory(folder.resolve("pipelines"));
    Files.writeString(
        pipelines.resolve("talk.conf"),
        """
        name = talk
        version = "1"
        description = "Says something in each of its steps."
        resources { cpu = "1", memory = "1MiB", disk = "1MiB" }
        steps = [
          { name = make, command = [echo, text], stdout = file }
          { name = pack, command = [gzip, --verbose, file] }
          { name = unpack, builtin = gunzip, with { from = file.gz, to = copy } }
          { name = say, command = [echo, "prüfend"] }
        ]
        outputs = [ { name = copy, file = copy, media-type = text/plain } ]
        """);
    Workbench bench = new Workbench(folder.resolve("bench"));
    var processed =
        Workbench.processed(
            bench.run(
                PipelineRegistry.load(Optional.of(pipelines)),
                new Work.Process("talk", List.of(), List.of(), Map.of(), Map.of(), List.of()),
                folder.resolve("scratch")));
    StringBuilder stored = new StringBuilder();
    for (Artifact artifact : processed.artifacts()) {
      if (artifact.name().endsWith(".log")) {
        stored.append(Files.readString(bench.fetch(processed.artifacts(), artifact.name())));
      }
    }
    assertThat(stored.toString())
        .contains("== unpack: ")
        .isEqualTo(Files.readString(folder.resolve("scratch/attempt.log")));
  }

  private String published(int between) throws Exception {
    Path log = folder.resolve("attempt.log");
    Files.writeString(log, "of an earlier step\n");
    StepLog step = StepLog.begin(log);
    Files.writeString(
        log, FIRST + "x".repeat(between) + LAST, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    LocalObjectStore store = LocalObjectStore.open(folder.resolve("store"));
    Artifact artifact = step.publish("step", folder, store).orElseThrow();
    assertThat(artifact.size()).isPositive();
    try (var files = Files.walk(folder.resolve("store"))) {
      Path stored =
          files
              .filter(file -> file.getFileName().toString().contains(artifact.sha256()))
              .filter(Files::isRegularFile)
              .findFirst()
              .orElseThrow();
      return Files.readString(stored);
    }
  }
}
