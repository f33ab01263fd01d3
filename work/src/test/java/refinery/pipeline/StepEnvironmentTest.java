package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
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
import refinery.configuration.ConfigurationException;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.Work;

/** What a step adds to the environment of its process. */
class StepEnvironmentTest {
  private static final String PIPELINE =
      """
      name = probe
      version = "1"
      description = "Says its environment."
      resources { cpu = "1", memory = "1MiB", disk = "1MiB" }
      steps = [ { name = say, command = [env], stdout = env.txt, environment { %s } } ]
      outputs = [ { name = env.txt, file = env.txt, media-type = text/plain } ]
      """;

  @TempDir private Path temp;

  @Test
  void itReachesTheProcess() throws IOException {
    Path pipelines = Files.createDirectory(temp.resolve("pipelines"));
    Files.writeString(
        pipelines.resolve("probe.conf"),
        PIPELINE.formatted("MALLOC_CONF = \"thp:always,dirty_decay_ms:-1\", NUMBER = 7"));
    Workbench bench = new Workbench(temp.resolve("bench"));
    Work.Process work =
        new Work.Process("probe", List.of(), List.of(), Map.of(), Map.of(), List.of());
    var processed =
        Workbench.processed(
            bench.run(
                PipelineRegistry.load(Optional.of(pipelines)), work, temp.resolve("scratch")));
    assertThat(Workbench.lines(bench.fetch(processed.artifacts(), "env.txt")))
        .contains("MALLOC_CONF=thp:always,dirty_decay_ms:-1", "NUMBER=7");
    assertThat(Workbench.lines(temp.resolve("scratch/attempt.log")))
        .contains("== say: MALLOC_CONF=thp:always,dirty_decay_ms:-1 NUMBER=7 env");
  }

  @Test
  void theNameOfItsOutputIsFilledIn() throws IOException {
    Path pipelines = Files.createDirectory(temp.resolve("pipelines"));
    String named = PIPELINE.formatted("NUMBER = 7").replace("env.txt", "\"env-${threads}.txt\"");
    Files.writeString(pipelines.resolve("probe.conf"), named);
    Workbench bench = new Workbench(temp.resolve("bench"));
    Work.Process work =
        new Work.Process("probe", List.of(), List.of(), Map.of(), Map.of(), List.of());
    var processed =
        Workbench.processed(
            bench.run(
                PipelineRegistry.load(Optional.of(pipelines)), work, temp.resolve("scratch")));
    assertThat(processed.artifacts().stream().map(Artifact::name))
        .anyMatch(name -> name.matches("env-\\d+\\.txt"));
    Files.writeString(
        pipelines.resolve("probe.conf"),
        PIPELINE.formatted("").replace("stdout = env.txt", "stdout = \"${nothing}\""));
    assertThatThrownBy(() -> PipelineRegistry.load(Optional.of(pipelines)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("steps[0].stdout");
  }

  @ParameterizedTest
  @CsvSource({"PATH", "HOME", "LD_PRELOAD", "REFINERY_PROCESS", "lower", "'\"A=B\"'"})
  void namesThatAreNotForAPipelineAreRefused(String name) {
    assertThatThrownBy(
            () ->
                PipelineFile.read(
                    "probe.conf", ConfigFactory.parseString(PIPELINE.formatted(name + " = x"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("probe.conf:5: steps[0].environment: '")
        .hasMessageContaining("must match");
  }
}
