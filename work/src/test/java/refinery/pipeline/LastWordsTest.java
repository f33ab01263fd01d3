package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.FailureClass;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;

/** Tools that print bytes which are no text, as they do of a damaged input. */
class LastWordsTest {
  private static final String PIPELINE =
      """
      name = probe
      version = "1"
      description = "Says what no character set has."
      tools { mumbler = [sh, -c, "printf '\\\\377 mumbler 1.2.3 \\\\300\\\\n'"] }
      resources { cpu = "1", memory = "1MiB", disk = "1MiB" }
      steps = [{
        name = say, tool = mumbler, stdout = out.json
        command = [sh, -c, "printf '{\\"word\\": \\"\\\\377\\"}'; printf '%s' >&2; exit %d"]
      }]
      outputs = [ { name = out.json, file = out.json, media-type = application/json } ]
      """;

  @TempDir private Path temp;
  private Workbench bench;

  private Outcome run(String words, int exitCode) throws IOException {
    Path pipelines = Files.createDirectory(temp.resolve("pipelines"));
    Files.writeString(pipelines.resolve("probe.conf"), PIPELINE.formatted(words, exitCode));
    Work.Process work =
        new Work.Process("probe", List.of(), List.of(), Map.of(), Map.of(), List.of());
    bench = new Workbench(temp.resolve("bench"));
    return bench.run(PipelineRegistry.load(Optional.of(pipelines)), work, temp.resolve("scratch"));
  }

  @ParameterizedTest
  @CsvSource({
    "1, PERMANENT, 'bad letter in row'",
    "1, OUT_OF_DISK, 'write: No space left on device'",
    "0, OUT_OF_DISK, 'write: No space left on device'",
    "1, OUT_OF_MEMORY, 'what():  std::bad_alloc'"
  })
  void whyAToolFailedIsToldByTheWordsBesideThem(int exitCode, FailureClass kind, String words)
      throws IOException {
    Outcome outcome = run("\\\\377\\\\300\\\\n" + words + " \\\\200\\\\n", exitCode);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    Outcome.Failed failed = (Outcome.Failed) outcome;
    assertThat(failed.failure().failureClass()).isEqualTo(kind);
    assertThat(failed.failure().message()).contains(exitCode == 0 ? "disk is full" : words);
  }

  @Test
  void itsVersionAndItsJsonAreReadBesideThem() throws Exception {
    Outcome outcome = run("\\\\377\\\\n", 0);
    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    assertThat(((Outcome.Succeeded) outcome).steps().getFirst().tool()).contains("1.2.3");
    Path written = bench.fetch(Workbench.processed(outcome).artifacts(), "out.json");
    assertThat(JsonFile.read(written).path("word").asText()).hasSize(1);
  }
}
