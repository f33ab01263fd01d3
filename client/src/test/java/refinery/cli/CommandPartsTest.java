package refinery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.CommandFailure;
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
  void aParameterMayBeWhatAFileHolds(@TempDir Path directory) throws Exception {
    Path table = Files.writeString(directory.resolve("samples.csv"), "sample,reads\n1,x\n");
    assertThat(SurveyCommand.parameters(List.of("table=@" + table)).path("table").asText())
        .isEqualTo("sample,reads\n1,x\n");
    assertThatThrownBy(() -> SurveyCommand.parameters(List.of("table=@" + directory)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("cannot read the file '" + directory + "'");
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
  void aBatchThatIsDoneShowsItsVerdictAndWhy() throws Exception {
    String done =
        "{\"id\":\"batch-1\",\"key\":\"SRR1\",\"state\":\"done\",\"reason\":null,\"quality\":"
            + "{\"verdict\":\"warn\",\"reasons\":[{\"message\":\"warn: few\"}]}}";
    assertThat(ListCommands.Batches.row(Json.MAPPER.readTree(done)))
        .endsWith("done", "warn", "warn: few");
    String failed = "{\"state\":\"failed\",\"reason\":\"no reads\",\"quality\":null}";
    assertThat(ListCommands.Batches.row(Json.MAPPER.readTree(failed)))
        .endsWith("failed", "", "no reads");
  }

  @Test
  void barsAndTimes() {
    assertThat(WatchCommand.bar(0, 0)).isEqualTo("[" + ".".repeat(24) + "]");
    assertThat(WatchCommand.bar(12, 24)).isEqualTo("[" + "#".repeat(12) + ".".repeat(12) + "]");
    assertThat(WatchCommand.eta(10, 5, 60_000_000_000L)).isEqualTo("ETA 2m 00s");
    assertThat(WatchCommand.eta(10, 0, 1)).isEmpty();
  }

  @Test
  void aWatchedSurveyIsToldFromOthersOfItsSourceAndEndsWhenTheNodeExpectsIt() throws Exception {
    String survey = "{\"id\":\"survey-7q\",\"source\":\"ena\",\"parameters\":%s,\"progress\":%s}";
    JsonNode several =
        Json.MAPPER.readTree(
            survey.formatted("{\"accession\":[\"SRR1\",\"SRR2\"]}", "{\"seconds_left\":5400}"));
    assertThat(WatchCommand.named(several).strip()).matches("ena +SRR1 \\+1");
    assertThat(WatchCommand.eta(several, 10, 5, 60_000_000_000L)).isEqualTo("ETA 1h 30m");
    assertThat(WatchCommand.eta(several, 10, 0, 1)).as("at the first look").isEqualTo("ETA 1h 30m");
    JsonNode none =
        Json.MAPPER.readTree(survey.formatted("{\"query\":\"x\"}", "{\"seconds_left\":null}"));
    assertThat(WatchCommand.named(none).strip()).matches("ena +survey-7q");
    assertThat(WatchCommand.eta(none, 10, 5, 60_000_000_000L)).isEqualTo("ETA 2m 00s");
  }

  @Test
  void figuresThatAreNullAreUnknown() {
    var figures = Json.MAPPER.createObjectNode();
    figures.put("bytes", 1_500_000_000L).put("seconds", 3_725.4).put("hours", 0.00125);
    figures.put("many", 1_234.4).put("none", 0).put("price", 0.5).putNull("null");
    assertThat(Figures.size(figures.path("bytes"))).isEqualTo("1.4 GiB");
    assertThat(Figures.time(figures.path("seconds"))).isEqualTo("1h 02m");
    assertThat(Figures.number(figures.path("hours"))).isEqualTo("0.00125");
    assertThat(Figures.number(figures.path("many"))).isEqualTo("1,234");
    assertThat(Figures.number(figures.path("none"))).isEqualTo("0");
    assertThat(Figures.money(figures.path("price"), "EUR")).isEqualTo("0.50 EUR");
    assertThat(
            List.of(
                Figures.size(figures.path("null")),
                Figures.time(figures.path("null")),
                Figures.number(figures.path("null")),
                Figures.money(figures.path("null"), "EUR")))
        .containsOnly("unknown");
  }
}
