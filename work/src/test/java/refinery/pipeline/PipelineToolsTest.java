package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.agent.Attempt;
import refinery.agent.Tool;
import refinery.configuration.ConfigurationException;
import refinery.protocol.catalog.Catalog;
import refinery.protocol.job.JobSpec;

/** The tools of a node are those that its pipelines' files name. */
class PipelineToolsTest {
  @TempDir Path directory;

  private List<Tool> tools(String tools) throws Exception {
    Files.writeString(
        directory.resolve("own.conf"),
        """
        name = own
        version = "1"
        description = "Somebody's own."
        takes-command = true
        resources { cpu = "1", memory = "1MiB", disk = "1MiB" }
        %s
        steps = [
          { name = align, tool = aligner, command = [bwa, mem, "${threads}"] }
          { name = rest, command = ["${command}"] }
        ]
        """
            .formatted(tools));
    return PipelineRegistry.load(Optional.of(directory)).tools();
  }

  @Test
  void everyProgramThatAFileNamesIsKnownWithWhoRunsIt() throws Exception {
    assertThat(tools("tools { aligner = [bwa, --version] }"))
        .filteredOn(tool -> tool.user().equals("pipeline own"))
        .containsExactly(
            Tool.asked("aligner", List.of("bwa", "--version"), "pipeline own"),
            Tool.of("bwa", "pipeline own"));
  }

  @Test
  void theShippedPipelinesSayHowTheirToolsAreAsked() {
    assertThat(PipelineRegistry.load(Optional.empty()).tools())
        .flatExtracting(tool -> tool.version().stream().map(Tool.Version::name).toList())
        .contains("salmon", "kallisto", "rsem");
  }

  @Test
  void aToolWithoutACommandIsAMistakeInTheFile() {
    assertThatThrownBy(() -> tools("tools { aligner = [] }"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("own.conf:6: tools.aligner: the command is empty");
  }

  @Test
  void theParameterOfEveryPipelineIsNoPipelinesOwn() {
    String own = "parameters { reproduces { description = \"mine\" } }";
    assertThatThrownBy(() -> tools("tools { aligner = [bwa] }\n" + own))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("own.conf:7: parameters.reproduces: every pipeline has it");
  }

  /** Two pipelines may call two programs by one name. */
  @Test
  void aVersionIsThatOfTheProgramThatWasAsked() throws Exception {
    ToolVersions versions = new ToolVersions();
    Catalog.Validated<JobSpec> job =
        new PipelineCatalog(PipelineRegistry.load(Optional.empty()), InstantSource.system())
            .job("command", List.of("true"), 50, Optional.empty());
    Attempt attempt = TestAttempt.of(((Catalog.Validated.Valid<JobSpec>) job).value(), directory);
    for (String version : List.of("1.9", "1.10", "1.9")) {
      Path program = directory.resolve("aligner-" + version);
      Files.writeString(program, "#!/bin/sh\necho 'aligner " + version + "'\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
      assertThat(versions.of("aligner", List.of(program.toString()), attempt, directory))
          .isEqualTo("aligner " + version);
    }
  }
}
