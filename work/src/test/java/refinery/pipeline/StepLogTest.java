package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.batch.Artifact;
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
