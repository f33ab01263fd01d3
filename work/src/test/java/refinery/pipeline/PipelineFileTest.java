package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.configuration.ConfigurationException;

/** What is said of a wrong file: everything, each with its line and key. */
class PipelineFileTest {
  private static final String GOOD =
      """
      name = probe
      version = "1"
      description = "Copies."
      inputs = [[reads]]
      parameters { size { description = s, default = "4", pattern = "[0-9]+" } }
      resources { cpu = "1", memory = "16MiB + input", disk = "1MiB" }
      tools { cp = [cp, --version] }
      steps = [
        { name = copy, tool = cp, when = [reads], command = [cp, "${input.reads}", out], stall = 1m }
      ]
      outputs = [ { name = out, file = out, media-type = text/plain } ]
      """;

  @TempDir private Path temp;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(temp.resolve(name), text);
  }

  private List<String> faults(String text) throws IOException {
    return PipelineRegistry.check(List.of(file("p.conf", text))).stream()
        .map(fault -> fault.toString().substring(temp.toString().length() + 1))
        .toList();
  }

  @Test
  void aGoodFileAndAllThatAreShippedHaveNoFaults() throws IOException {
    assertThat(faults(GOOD)).isEmpty();
    try (Stream<Path> shipped =
        Files.list(Path.of(System.getProperty("basedir", "."), "../conf/pipelines"))) {
      List<Path> files = shipped.toList();
      assertThat(files)
          .extracting(file -> file.getFileName().toString().replace(".conf", ""))
          .as("those that a jar has, too")
          .containsExactlyInAnyOrderElementsOf(PipelineRegistry.SHIPPED);
      assertThat(PipelineRegistry.check(files)).isEmpty();
    }
  }

  /** So that the two never part. */
  @Test
  void theIndexOfKallistoAloneIsMadeAsTheOther() {
    PipelineRegistry shipped = PipelineRegistry.load(Optional.empty());
    assertThat(shipped.find("transcriptome-index").orElseThrow().steps())
        .containsAll(shipped.find("kallisto-index").orElseThrow().steps());
  }

  @Test
  void allFaultsAreToldWithTheirLinesAndKeys() throws IOException {
    List<String> faults =
        faults(
            """
            name = Probe
            version = "1"
            inputs = [reads]
            colour = red
            parameters {
              size { description = s, default = "x", pattern = "[0-9]+" }
              odd { description = s, pattern = "[" }
              from { description = s, from = archive }
            }
            resources {
              cpu = "1 +"
              memory = "2 * lines"
            }
            tools { cp = [] }
            steps = [
              {
                name = copy
                tool = mv
                command = [cp, "${input.reads}", out]
                environment { HOME = x }
                stall = soon
                wall-time = 0s
                when = [genome]
              }
              { name = copy, builtin = copying, stdout = "/etc/passwd" }
              copy
            ]
            outputs = [
              { name = out, file = "../out", checks = [round] }
              { name = out, file = out, media-type = text/plain, optional = perhaps }
            ]
            """);
    assertThat(faults.stream().map(fault -> fault.split(": ")[0] + " " + fault.split(": ")[1]))
        .containsExactlyInAnyOrder(
            "p.conf:1 name",
            "p.conf:1 description",
            "p.conf:3 inputs",
            "p.conf:4 colour",
            "p.conf:6 parameters.size.default",
            "p.conf:7 parameters.odd.pattern",
            "p.conf:8 parameters.from.from",
            "p.conf:11 resources.cpu",
            "p.conf:12 resources.memory",
            "p.conf:10 resources.disk",
            "p.conf:14 tools.cp",
            "p.conf:18 steps[0].tool",
            "p.conf:19 steps[0].command",
            "p.conf:20 steps[0].environment",
            "p.conf:21 steps[0].stall",
            "p.conf:22 steps[0].wall-time",
            "p.conf:23 steps[0].when",
            "p.conf:25 steps[1].name",
            "p.conf:25 steps[1].builtin",
            "p.conf:25 steps[1].stdout",
            "p.conf:26 steps[2]",
            "p.conf:29 outputs[0].file",
            "p.conf:29 outputs[0].media-type",
            "p.conf:29 outputs[0].checks",
            "p.conf:30 outputs[1].name",
            "p.conf:30 outputs[1].optional");
    assertThat(faults)
        .anyMatch(
            fault ->
                fault.contains(
                    "'2 * lines': unknown name 'lines'; known: [base_count, index, input,"
                        + " read_count, read_length, trimmed]"))
        .anyMatch(fault -> fault.contains("resources.disk: is missing"))
        .allMatch(fault -> !fault.contains("\n"));
  }

  @Test
  void conditionsAndReplacementsAreOfThingsThatThereAre() throws IOException {
    String step = "{ name = two, command = [true], %s }\n]\noutputs";
    for (String fine :
        List.of(
            "when-parameters { size = 7 }",
            "replaces { reads = trimmed/reads.gz }",
            "container = \"quay.io/biocontainers/salmon:1.10.3--h45fbf2d_4\"")) {
      assertThat(faults(GOOD.replace("]\noutputs", step.formatted(fine)))).as(fine).isEmpty();
    }
    for (String wrong :
        List.of(
            "container = \"-v/:/host\"",
            "container = \"image --privileged\"",
            "container = \"${threads}\"",
            "when-parameters { sise = 7 }",
            "when-parameters { size = many }",
            "replaces { genome = genome.gz }",
            "replaces { reads = \"../reads\" }",
            "replaces { reads = \"${threads}\" }")) {
      assertThat(faults(GOOD.replace("]\noutputs", step.formatted(wrong))))
          .as(wrong)
          .singleElement()
          .asString()
          .startsWith("p.conf:10: steps[1]." + wrong.split(" ")[0] + ": ");
    }
  }

  @Test
  void theWordsOfAParameterAreItsValues() throws IOException {
    String strands =
        "strands { description = s, default = %s, arguments { no = [], yes = [-s] } %s },";
    String good =
        GOOD.replace("parameters {", "parameters { " + strands)
            .replace("{input.reads}\"", "{input.reads}\", \"${arguments.strands}\"");
    assertThat(faults(good.formatted("no", ""))).isEmpty();
    assertThat(faults(good.formatted("maybe", "")))
        .singleElement()
        .asString()
        .contains("parameters.strands.default: 'maybe' does not match no|yes");
    assertThat(faults(good.formatted("no", ", pattern = \"no|yes\"")))
        .singleElement()
        .asString()
        .contains("parameters.strands.pattern: ");
    assertThat(faults(good.formatted("no", "").replace("arguments.strands", "arguments.size")))
        .singleElement()
        .asString()
        .contains("steps[0].command: nothing will be known of ${arguments.size}");
  }

  @Test
  void aFileThatCannotBeParsedIsOneFaultWithItsLine() throws IOException {
    assertThat(faults("name = x\nversion = [1\n}\n"))
        .singleElement()
        .asString()
        .matches("p\\.conf:3: [^/].*");
    assertThat(faults("name = ${nobody}\n")).singleElement().asString().startsWith("p.conf:1: ");
    assertThat(PipelineRegistry.check(List.of(temp.resolve("none.conf"))))
        .singleElement()
        .asString()
        .endsWith("none.conf: cannot be read: there is no such file, or it may not be read");
  }

  @Test
  void whatItNeedsMustBeMadeBySomePipeline() throws IOException {
    String needs =
        GOOD
            + "needs {\n  index { pipeline = transcriptome-index, artifact = %s }\n"
            + "  other { pipeline = %s, artifact = out }\n}\n";
    assertThat(faults(needs.formatted("salmon-index", "probe"))).isEmpty();
    assertThat(faults(needs.formatted("star-index", "nothing")))
        .satisfiesExactly(
            fault ->
                assertThat(fault)
                    .startsWith("p.conf:13: needs.index.artifact: 'transcriptome-index' makes no"),
            fault ->
                assertThat(fault)
                    .startsWith("p.conf:14: needs.other.pipeline: there is no pipeline 'nothing'"));
  }

  @Test
  void twoFilesOfOneNameAreAFaultOfTheSecond() throws IOException {
    assertThat(PipelineRegistry.check(List.of(file("a.conf", GOOD), file("b.conf", GOOD))))
        .singleElement()
        .asString()
        .endsWith("b.conf:1: name: another file has a pipeline probe already");
  }

  @Test
  void aNodeDoesNotStartAndSaysWhereToLookForAllFaults() throws IOException {
    file("p.conf", GOOD.replace("[0-9]+", "[").replace("stall = 1m", "stall = soon"));
    assertThatThrownBy(() -> PipelineRegistry.load(Optional.of(temp)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("p.conf:")
        .hasMessageEndingWith("(and 1 more: 'refinery pipelines check FILE' tells all)");
  }
}
