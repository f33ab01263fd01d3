package refinery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import refinery.main.NodeOptions;
import refinery.protocol.Json;

class CommandPartsTest {
  @Test
  void parametersAreTypedAndRepeatable() {
    assertThat(
            SurveyCommand.parameters(
                    List.of(
                        "a=1",
                        "b=true",
                        "c=x y",
                        "d=[1,2]",
                        "e={\"f\":1}",
                        "g=1 2",
                        "h=\"q\"",
                        "i=",
                        "j=null",
                        "k=x=y",
                        "a=2"))
                .toString())
        .isEqualTo(
            "{\"a\":[1,2],\"b\":true,\"c\":\"x y\",\"d\":[1,2],\"e\":{\"f\":1},\"g\":\"1 2\","
                + "\"h\":\"\\\"q\\\"\",\"i\":\"\",\"j\":\"null\",\"k\":\"x=y\"}");
  }

  @Test
  void optionsOfANode() {
    NodeCommand command =
        CommandLine.populateCommand(
            new NodeCommand(),
            ("--dir /d --http 0.0.0.0:1 --management [::1]:2 --artery h:3 --join a:1,b:2 --roles"
                    + " control,processor --cpus 1.5 --memory 8G --disk 512MB --db jdbc:x"
                    + " --set refinery.a=b=c --config f.conf")
                .split(" "));
    NodeOptions options = command.options();
    assertThat(options.cpus()).hasValue(1_500);
    assertThat(options.memory()).hasValue(8L << 30);
    assertThat(options.disk()).hasValue(512_000_000);
    assertThat(options.join()).hasSize(2);
    assertThat(options.roles()).containsExactlyInAnyOrder("control", "processor");
    assertThat(options.management().host()).isEqualTo("::1");
    assertThat(options.sets()).containsEntry("refinery.a", "b=c");
    NodeOptions plain = CommandLine.populateCommand(new NodeCommand()).options();
    assertThat(plain.http()).isEqualTo(NodeOptions.defaults().http());
    assertThat(plain.memory()).isEmpty();
    assertThat(plain.configFile()).isEmpty();
  }

  @Test
  void commandsAreSplitWithoutAShell() {
    assertThat(BenchCommand.Jobs.words("/bin/sh -c \"a b\" 'c d' $x"))
        .containsExactly("/bin/sh", "-c", "a b", "c d", "$x");
  }

  @Test
  void theBenchmarksLastLineIsFixed() throws Exception {
    StringWriter out = new StringWriter();
    List<JsonNode> jobs =
        List.of(
            job("00:00:00Z", "00:00:01Z", "succeeded"), job("00:00:00Z", "00:00:04Z", "succeeded"));
    assertThat(BenchCommand.Jobs.report(new PrintWriter(out), jobs)).isZero();
    assertThat(out)
        .hasToString("2 jobs in 4.0 s: 0.5 jobs/s (p50 4.00 s, p99 4.00 s from submit to end)\n");
    List<JsonNode> failed = List.of(job("00:00:00Z", "00:00:01Z", "failed"));
    assertThat(BenchCommand.Jobs.report(new PrintWriter(out), failed)).isEqualTo(1);
  }

  @Test
  void fileNamesAreSafeAndDistinct() {
    assertThat(FetchCommand.safe("../a/b\n")).isEqualTo("__a_b_");
    assertThat(FetchCommand.safe("")).isEqualTo("_");
    assertThat(FetchCommand.safe("x".repeat(400))).hasSize(150);
    Set<String> taken = new HashSet<>();
    assertThat(FetchCommand.unique("log", taken)).isEqualTo("log");
    assertThat(FetchCommand.unique("LOG", taken)).isEqualTo("2-LOG");
  }

  @Test
  void barsAndTimes() {
    assertThat(WatchCommand.bar(0, 0)).isEqualTo("[" + ".".repeat(24) + "]");
    assertThat(WatchCommand.bar(12, 24)).isEqualTo("[" + "#".repeat(12) + ".".repeat(12) + "]");
    assertThat(WatchCommand.eta(10, 5, 60_000_000_000L)).isEqualTo("ETA 2m 00s");
    assertThat(WatchCommand.eta(10, 0, 1)).isEmpty();
  }

  private static JsonNode job(String created, String finished, String state) throws Exception {
    return Json.MAPPER.readTree(
        "{\"created_at\":\"2026-01-01T%s\",\"finished_at\":\"2026-01-01T%s\",\"state\":\"%s\"}"
            .formatted(created, finished, state));
  }

  /** As the launcher has them loaded; what is not understood is said in words, not thrown. */
  @Test
  void theJvmTakesTheCompilersDirectives() throws Exception {
    assertThat(CompilerDirectives.add("../conf/compiler-directives.json"))
        .contains("2 compiler directives added");
    assertThat(CompilerDirectives.add("../README.md")).doesNotContain("directives added");
  }
}
