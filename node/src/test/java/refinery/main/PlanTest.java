package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;

/** Plans wait through {@code kill -9} and restarts, and begin nothing before they are answered. */
class PlanTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String PIPELINE =
      """
      name = no-op
      version = "1"
      description = "Says that there was a run."
      inputs = [[reads], [reads_1, reads_2]]
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = touch, command = [touch, out.txt], stall = 1m, wall-time = 1m }]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;

  @TempDir Path temp;
  private NodeClient client;
  private NodeProcess node;
  private int starts;

  /** A test that fails leaves no node behind. */
  @AfterEach
  void stop() throws Exception {
    if (node != null && node.isAlive()) {
      node.stop();
    }
  }

  @Test
  void aPlanIsAnsweredAfterAKillAndTwoRestartsByCommandAndByHttp() throws Exception {
    SyntheticSpecies species = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
    Path tree = ArchiveTree.write(temp.resolve("archive"), species, false);
    Path pipelines = Files.createDirectories(temp.resolve("pipelines"));
    Files.writeString(pipelines.resolve("no-op.conf"), PIPELINE);
    try (LocalArchive archive = LocalArchive.start(tree, 0)) {
      Map<String, String> settings = new HashMap<>(archive.configuration());
      settings.put("refinery.pipelines.directory", pipelines.toString());
      settings.put("refinery.prices.currency", "EUR");
      settings.put("refinery.prices.gb-downloaded", "0.5");
      start(settings);
      String first = plan("PRJNA990101", Map.of("max_per_group", 2, "seed", 1), Optional.empty());
      String second = plan("PRJEB990102", Map.of(), Optional.empty());
      String answered = plan("PRJDB990103", Map.of(), Optional.of("none"));
      awaiting(first);
      awaiting(second);
      ended(answered, "done");

      node.kill();
      start(settings);
      assertThat(node.stop()).isTrue();
      start(settings);
      JsonNode survey = client.get("/surveys/" + first);
      assertThat(survey.path("state").asText()).isEqualTo("awaiting_input");
      assertThat(survey.path("question").path("id").asText()).isEqualTo("plan");
      long found = survey.path("batches").path("planned").asLong();
      assertThat(found).as("two of three runs").isEqualTo(2);
      assertThat(survey.path("batches").path("total").asLong()).isEqualTo(found + 1);
      JsonNode plan = client.get("/surveys/" + first + "/plan");
      assertThat(plan.path("totals").path("take").asLong()).isEqualTo(found);
      assertThat(plan.path("totals").path("bytes").asLong()).isPositive();
      assertThat(plan.path("items"))
          .hasSize((int) found + 1)
          .filteredOn(item -> !item.path("decision").asText().equals("take"))
          .singleElement()
          .satisfies(
              item -> {
                assertThat(item.path("decision").asText()).isEqualTo("skip");
                assertThat(item.path("reason").asText())
                    .startsWith("subsampled: 2 of 3 of synthetica_")
                    .endsWith(" (no tissue stated), seed 1");
              });
      assertThat(notSampled(first)).isEqualTo(1);
      assertThat(plan.path("totals").path("elapsed").path("basis").asText())
          .contains("has ended before");
      assertThat(plan.path("totals").path("money").path("currency").asText()).isEqualTo("EUR");
      assertThat(plan.path("came_true").isNull()).isTrue();
      assertThat(archive.requests())
          .as("nothing is fetched")
          .noneMatch(request -> request.target().startsWith("/vol1/"));

      assertThatThrownBy(() -> answer(first, "{\"take\":\"some\"}"))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContaining("take");
      StringWriter said = new StringWriter();
      assertThat(
              RefineryCommand.run(
                  new PrintWriter(said),
                  new PrintWriter(said),
                  "answer",
                  first,
                  "at_most=1",
                  "--url",
                  node.http()))
          .as(said.toString())
          .isZero();
      ended(first, "done");
      answer(second, "{\"take\":\"all\"}");
      assertThatThrownBy(() -> answer(second, "{\"take\":\"all\"}"))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContaining("asks for no input");
      ended(second, "done");
      JsonNode counts = client.get("/surveys/" + first).path("batches");
      assertThat(counts.path("done").asLong()).isEqualTo(1);
      assertThat(counts.path("planned").asLong()).isEqualTo(found - 1);
      JsonNode rest = client.get("/surveys/" + second).path("batches");
      assertThat(rest.path("done").asLong()).isPositive().isEqualTo(rest.path("total").asLong());
      assertThat(downloads()).hasSize(1 + rest.path("total").asInt());
      comparesTheForecastWithWhatCameTrue(second, rest.path("total").asLong());
      findsByWordsAndFields(rest.path("total").asLong());
      assertThat(node.stop()).isTrue();
    }
  }

  /** The forecast of the second rests on the one batch of the first. */
  private void comparesTheForecastWithWhatCameTrue(String survey, long batches) {
    JsonNode plan = client.get("/surveys/" + survey + "/plan");
    JsonNode totals = plan.path("totals");
    assertThat(totals.path("basis").asText()).startsWith("mean of the last 1 jobs");
    assertThat(totals.path("elapsed").path("seconds").asDouble()).isPositive();
    assertThat(totals.path("disk").path("peak").asLong()).isPositive();
    assertThat(totals.path("money").path("download").asDouble())
        .isEqualTo(totals.path("bytes").asLong() / 1e9 * 0.5);
    JsonNode cameTrue = plan.path("came_true");
    assertThat(cameTrue.path("ended").asLong()).isEqualTo(batches);
    assertThat(cameTrue.path("bytes").path("ratio").asDouble()).isEqualTo(1);
    assertThat(cameTrue.path("seconds").path("ratio").asDouble()).isPositive();
    assertThat(client.get("/surveys/" + survey).has("came_true")).isFalse();
    assertThat(client.get("/surveys/" + survey + "?forecast=true").path("came_true"))
        .isEqualTo(cameTrue);
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    assertThat(RefineryCommand.run(out, out, "plan", survey, "--url", node.http())).isZero();
    assertThat(said.toString()).contains("EUR", "FORECAST", "cpu hours", "scratch reserved");
  }

  private void findsByWordsAndFields(long done) throws Exception {
    String path = "/search?q=PRJEB990102&state=done&source=ena&facet=organism,library_strategy";
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> client.get(path).path("total").asLong() == done);
    JsonNode counts = client.get(path).path("facets").path("library_strategy");
    assertThat(counts.path(0).path("count").asLong()).isPositive();
    String organism =
        client.get(path).path("facets").path("organism").path(0).path("value").asText();
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    assertThat(
            RefineryCommand.run(
                out, out, "search", "PRJEB990102", "--organism", organism, "--url", node.http()))
        .isZero();
    assertThat(said.toString()).contains(organism, "FIELD");
    said.getBuffer().setLength(0);
    assertThat(
            RefineryCommand.run(
                out,
                out,
                ("search PRJEB990102 --columns state,key --sort -key --url " + node.http())
                    .split(" ")))
        .isZero();
    List<String> keys =
        said.toString()
            .lines()
            .skip(1)
            .takeWhile(line -> !line.contains(" of "))
            .map(line -> line.split(" +")[1])
            .toList();
    assertThat(said.toString()).startsWith("STATE").contains("\n" + keys.size() + " of ", "FIELD");
    assertThat(keys).isNotEmpty().isSortedAccordingTo(Comparator.reverseOrder());
    said.getBuffer().setLength(0);
    assertThat(
            RefineryCommand.run(out, out, "search", "--where", "tissu=liver", "--url", node.http()))
        .isEqualTo(2);
    assertThat(said.toString()).contains("tissu");
  }

  private void start(Map<String, String> settings) throws Exception {
    node = NodeProcess.start(temp.resolve("node"), temp.resolve("output-" + starts++), settings);
    client = new NodeClient(node.http(), Optional.empty());
  }

  /** The lines of the survey's table for amalgkit that say so. */
  private long notSampled(String survey) throws Exception {
    try (InputStream table =
        client.stream("/surveys/" + survey + "/metadata?format=amalgkit", false)) {
      List<List<String>> rows =
          new String(table.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .map(line -> List.of(line.split("\t", -1)))
              .toList();
      int sampled = rows.getFirst().indexOf("is_sampled");
      int qualified = rows.getFirst().indexOf("is_qualified");
      assertThat(rows.stream().skip(1).map(row -> row.get(qualified))).containsOnly("yes");
      return rows.stream().filter(row -> row.get(sampled).equals("no")).count();
    }
  }

  private String plan(String study, Map<String, Integer> select, Optional<String> take) {
    ObjectNode survey = Json.MAPPER.createObjectNode().put("source", "ena");
    survey.put("pipeline", "no-op").put("plan", true);
    ObjectNode parameters = survey.putObject("parameters").put("accession", study);
    ObjectNode selection = parameters.putObject("select");
    select.forEach(selection::put);
    take.ifPresent(words -> survey.putObject("answers").putObject("plan").put("take", words));
    return client.post("/surveys", survey, Optional.empty()).path("id").asText();
  }

  private JsonNode answer(String survey, String input) throws Exception {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.set("input", Json.MAPPER.readTree(input));
    return client.post("/surveys/" + survey + "/resume", body, Optional.empty());
  }

  private void awaiting(String survey) {
    ended(survey, "awaiting_input");
  }

  private void ended(String survey, String state) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> client.get("/surveys/" + survey).path("state").asText().equals(state));
  }

  private List<JsonNode> downloads() {
    List<JsonNode> jobs = new ArrayList<>();
    client.list("/jobs", Map.of("kind", "download"), 1_000, jobs::add);
    return jobs;
  }
}
