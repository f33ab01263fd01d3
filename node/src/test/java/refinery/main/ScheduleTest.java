package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;

/** Schedules of a real node, which is killed in between; the archive changes from time to time. */
class ScheduleTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String STUDY = "PRJNA990101";
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
  private Path table;
  private ArrayNode all;
  private LocalArchive archive;
  private NodeClient client;
  private NodeProcess node;
  private int starts;

  @Test
  void eachTimeHasOneSurveyWhichTakesWhatIsNew() throws Exception {
    SyntheticSpecies species = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
    Path tree = ArchiveTree.write(temp.resolve("archive"), species, false);
    table = tree.resolve("api/ena/read_run.json");
    all = (ArrayNode) Json.MAPPER.readTree(table.toFile());
    Path pipelines = Files.createDirectories(temp.resolve("pipelines"));
    Files.writeString(pipelines.resolve("no-op.conf"), PIPELINE);
    List<String> runs = runsOfTheStudy();
    String late = runs.getLast();
    serve(tree, 0, late);
    Map<String, String> settings = new HashMap<>(archive.configuration());
    settings.put("refinery.pipelines.directory", pipelines.toString());
    start(settings);
    assertThat(
            said(
                "schedule",
                "add",
                "nightly",
                "30 2 29 2 *",
                "ena",
                "accession=" + STUDY,
                "--timezone",
                "Europe/London",
                "--pipeline",
                "no-op"))
        .startsWith("nightly comes due at ");
    assertThat(
            said(
                "schedule",
                "add",
                "minutely",
                "* * * * *",
                "ena",
                "accession=PRJEB990102",
                "--pipeline",
                "no-op"))
        .startsWith("minutely comes due at ");

    String first = said("schedule", "run", "nightly").strip();
    ended(first);
    assertThat(total(first)).isEqualTo(runs.size() - 1);
    until(() -> schedule("nightly").at("/runs/0/state").asText().equals("done"));
    List<String> before = jobsOfTheBatches(first);

    // What the archive has got meanwhile is found by the second survey, whose posting a kill meets.
    serve(tree, archive.port());
    String second =
        client
            .post("/schedules/nightly/run", Json.MAPPER.createObjectNode(), Optional.of("second"))
            .path("survey_id")
            .asText();
    node.kill();
    start(settings);
    assertThat(
            client
                .post(
                    "/schedules/nightly/run", Json.MAPPER.createObjectNode(), Optional.of("second"))
                .path("survey_id")
                .asText())
        .as("the same request")
        .isEqualTo(second);
    ended(second);
    assertThat(total(second)).isEqualTo(runs.size());
    assertThat(surveysOf("nightly")).containsExactlyInAnyOrder(first, second);
    assertThat(jobsOfTheBatches(first)).as("finished work").isEqualTo(before);
    assertThat(jobsOfTheBatches(second))
        .as("only what is new")
        .hasSize(before.size() + 2)
        .containsAll(before);

    whatIsWithdrawnIsMarkedAndNothingElse(tree, runs, second);
    itsTimeComes();
    assertThat(said("schedule", "list")).contains("nightly", "minutely", "paused", "Europe/London");
    assertThat(said("schedule", "remove", "minutely")).startsWith("minutely is removed");
    assertThatThrownBy(() -> schedule("minutely"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("there is no schedule minutely");
    assertThat(said("schedule", "show", "nightly")).contains("\"next_at\"", second);
    assertThat(node.stop()).isTrue();
    archive.close();
  }

  private void whatIsWithdrawnIsMarkedAndNothingElse(Path tree, List<String> runs, String survey)
      throws Exception {
    String gone = runs.getFirst();
    serve(tree, archive.port(), gone);
    ended(runNightly());
    until(() -> schedule("nightly").at("/runs/0/withdrawn").asInt() == 1);
    assertThat(withdrawn(survey)).containsExactly(gone);
    JsonNode marked = batches(survey, gone).getFirst();
    assertThat(marked.path("state").asText()).isEqualTo("done");
    assertThat(marked.path("reason").asText()).startsWith("withdrawn at the source");
    assertThat(marked.path("artifacts")).as("its results stay").isNotEmpty();

    serve(tree, archive.port(), runs.toArray(String[]::new));
    String empty = runNightly();
    until(() -> List.of("failed", "done").contains(stands(empty)));
    scheduleIsIdle();
    assertThat(withdrawn(survey)).as("an empty answer marks nothing").containsExactly(gone);

    serve(tree, archive.port());
    ended(runNightly());
    assertThat(withdrawn(survey)).as("it came back").isEmpty();
  }

  /** Refused for a moment, while the last survey ends and marks are made. */
  private String runNightly() {
    Map<String, String> ran = new HashMap<>();
    until(
        () -> {
          try {
            ran.put("survey", client.act("/schedules/nightly/run").path("survey_id").asText());
          } catch (CommandFailure busy) {
            assertThat(busy).hasMessageContaining("409");
          }
          return ran.containsKey("survey");
        });
    return ran.get("survey");
  }

  private void scheduleIsIdle() {
    until(() -> !schedule("nightly").at("/runs/0/state").isNull());
  }

  private List<String> withdrawn(String survey) {
    scheduleIsIdle();
    return batches(survey, "").stream()
        .filter(batch -> !batch.path("withdrawn_at").isNull())
        .map(batch -> batch.path("key").asText())
        .toList();
  }

  private List<JsonNode> batches(String survey, String key) {
    List<JsonNode> found = new ArrayList<>();
    client.list(
        "/batches",
        Map.of("survey_id", survey),
        1_000,
        batch -> {
          if (batch.path("key").asText().startsWith(key)) {
            found.add(batch);
          }
        });
    return found;
  }

  /** Of the time that the cron expression says, and once in each of its minutes. */
  private void itsTimeComes() {
    until(() -> schedule("minutely").at("/runs/0/state").asText().equals("done"));
    said("schedule", "pause", "minutely");
    JsonNode paused = schedule("minutely");
    assertThat(paused.path("next_at").isNull()).isTrue();
    List<String> dues = new ArrayList<>();
    paused.path("runs").forEach(run -> dues.add(run.path("due_at").asText()));
    assertThat(dues)
        .doesNotHaveDuplicates()
        .allMatch(due -> Instant.parse(due).getEpochSecond() % 60 == 0);
    until(() -> surveysOf("minutely").size() == dues.size());
  }

  /** Serves the archive, without these runs. */
  private void serve(Path tree, int port, String... without) throws Exception {
    if (archive != null) {
      archive.close();
    }
    ArrayNode rows = Json.MAPPER.createArrayNode();
    for (JsonNode row : all) {
      if (!List.of(without).contains(row.path("run_accession").asText())) {
        rows.add(row);
      }
    }
    Files.writeString(table, rows.toString());
    archive = LocalArchive.start(tree, port);
  }

  private List<String> runsOfTheStudy() {
    List<String> runs = new ArrayList<>();
    for (JsonNode row : all) {
      if (row.path("study_accession").asText().equals(STUDY)) {
        runs.add(row.path("run_accession").asText());
      }
    }
    return runs;
  }

  private void start(Map<String, String> settings) throws Exception {
    node = NodeProcess.start(temp.resolve("node"), temp.resolve("output-" + starts++), settings);
    client = new NodeClient(node.http(), Optional.empty());
  }

  private String said(String... command) {
    StringWriter said = new StringWriter();
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("--url", node.http()));
    int code =
        RefineryCommand.run(
            new PrintWriter(said), new PrintWriter(said), all.toArray(String[]::new));
    assertThat(code).as(said.toString()).isZero();
    return said.toString();
  }

  private JsonNode schedule(String name) {
    return client.get("/schedules/" + name);
  }

  private void ended(String survey) {
    until(() -> stands(survey).equals("done"));
  }

  /** Nothing yet, as long as its schedule has not posted it. */
  private String stands(String survey) {
    try {
      return client.get("/surveys/" + survey).path("state").asText();
    } catch (CommandFailure none) {
      return "";
    }
  }

  private long total(String survey) {
    return client.get("/surveys/" + survey).at("/batches/total").asLong();
  }

  private List<String> surveysOf(String schedule) {
    List<String> ids = new ArrayList<>();
    client.list(
        "/surveys",
        Map.of(),
        1_000,
        survey -> {
          if (survey.at("/labels/schedule").asText().equals(schedule)) {
            ids.add(survey.path("id").asText());
          }
        });
    return ids;
  }

  private List<String> jobsOfTheBatches(String survey) {
    List<String> jobs = new ArrayList<>();
    client.list(
        "/batches",
        Map.of("survey_id", survey),
        1_000,
        batch -> batch.path("job_ids").forEach(job -> jobs.add(job.asText())));
    return jobs;
  }

  private static void until(Callable<Boolean> condition) {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(condition);
  }
}
