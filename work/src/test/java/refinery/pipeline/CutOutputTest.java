package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.FailureClass;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;

/** An output that ends too early is a full disk's fault only where the disk is full. */
class CutOutputTest {
  private static final String PIPELINE =
      """
      name = cut
      version = "1"
      description = "Writes a file of the size that is asked for, and an output that is wrong."
      parameters { size { description = "bytes", pattern = "[0-9]+" } }
      resources { cpu = "1", memory = "1MiB", disk = "1MiB" }
      steps = [
        { name = fill, command = [truncate, -s, "${parameter.size}", big] }
        { name = write, command = [printf, "%%s", "%s"], stdout = out }
      ]
      outputs = [ { name = out, file = out, media-type = text/plain, checks = [%s] } ]
      """;

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    "'', not-empty, 0, CORRUPT",
    "cut, ends-with-newline, 0, CORRUPT",
    "'{', json, 0, CORRUPT",
    "'', not-empty, 1200000000, OUT_OF_DISK",
    "cut, ends-with-newline, 1200000000, OUT_OF_DISK",
    "'{', json, 1200000000, OUT_OF_DISK"
  })
  void theDiskIsLookedAt(String text, String check, long size, FailureClass expected)
      throws IOException {
    Path pipelines = Files.createDirectory(temp.resolve("pipelines"));
    Files.writeString(pipelines.resolve("cut.conf"), PIPELINE.formatted(text, check));
    Map<String, String> parameters = Map.of("size", Long.toString(size));
    Outcome outcome =
        new Workbench(temp.resolve("bench"))
            .run(
                PipelineRegistry.load(Optional.of(pipelines)),
                new Work.Process("cut", List.of(), List.of(), parameters, Map.of(), List.of()),
                temp.resolve("scratch"));
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) outcome).failure().failureClass()).isEqualTo(expected);
    assertThat(((Outcome.Failed) outcome).failure().message())
        .contains("the tool reported success");
  }
}
