package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;

/**
 * A person changes his mind about a survey on a real node, early, midway and near its end. {@code
 * -Drefinery.runs=300} makes it larger.
 */
class SurveyChangesTest {
  private static final int RUNS = Integer.getInteger("refinery.runs", 60);
  private static final String STUDY = "PRJNA777777";
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final String PIPELINE =
      """
      name = %s
      version = "1"
      description = "Says that there was a run."
      inputs = [[reads_1, reads_2], [reads]]
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = touch, command = [touch, out.txt], stall = 1m, wall-time = 1m }]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;

  private static final String MAKER =
      """
      name = maker
      version = "1"
      description = "Makes what needy runs need."
      inputs = [[reads_1, reads_2], [reads]]
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = touch, command = [touch, list.txt], stall = 1m, wall-time = 1m }]
      outputs = [{ role = list, name = list.txt, file = list.txt, media-type = text/plain }]
      """;
  private static final String NEEDY =
      PIPELINE.formatted("needy").replace("[touch, out.txt]", "[cp, \"${list}\", out.txt]")
          + "needs { list { pipeline = maker, artifact = list, hint = \"refinery survey ...\" } }";

  @TempDir Path temp;
  private LocalArchive archive;
  private NodeProcess node;
  private NodeClient client;

  @BeforeEach
  void start() throws Exception {
    SyntheticSpecies species = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
    Path tree = ArchiveTree.write(temp.resolve("archive"), species, false);
    repeat(tree.resolve("api/ena/read_run.json"));
    Path pipelines = Files.createDirectories(temp.resolve("pipelines"));
    for (int point : new int[] {0, points()[0], points()[1], points()[2]}) {
      Files.writeString(pipelines.resolve(name(point) + ".conf"), PIPELINE.formatted(name(point)));
    }
    Files.writeString(pipelines.resolve("maker.conf"), MAKER);
    Files.writeString(pipelines.resolve("needy.conf"), NEEDY);
    archive = LocalArchive.start(tree, 0);
    Map<String, String> settings = new TreeMap<>(archive.configuration());
    settings.put("refinery.pipelines.directory", pipelines.toString());
    node = NodeProcess.start(temp.resolve("node"), temp.resolve("node.log"), settings);
    client = new NodeClient(node.http(), Optional.empty());
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(node.stop()).isTrue();
    archive.close();
  }

  /** The same few files again and again, as runs of one study. */
  private static void repeat(Path rows) throws IOException {
    ArrayNode known = (ArrayNode) Json.MAPPER.readTree(rows.toFile());
    ArrayNode all = known.deepCopy();
    for (int i = 0; i < RUNS; i++) {
      ObjectNode row = known.get(i % known.size()).deepCopy();
      row.put("run_accession", String.format(Locale.ROOT, "SRR7%06d", i));
      row.put("study_accession", STUDY);
      all.add(row);
    }
    Json.MAPPER.writeValue(rows.toFile(), all);
  }

  private static int[] points() {
    return new int[] {RUNS / 15, RUNS / 2, RUNS - RUNS / 15};
  }

  private static String name(int point) {
    return "touch-" + point;
  }

  private JsonNode survey(String id) {
    return client.get("/surveys/" + id);
  }

  private void act(String id, String what) {
    client.post("/surveys/" + id + "/" + what, Json.MAPPER.createObjectNode(), Optional.empty());
  }

  private String post(String pipeline, String accession) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("source", "ena");
    body.put("pipeline", pipeline);
    body.putObject("parameters").putArray("accession").add(accession);
    return client.post("/surveys", body, Optional.empty()).path("id").asText();
  }

  private long listed(String path, Map<String, String> filter) {
    AtomicLong listed = new AtomicLong();
    client.list(path, filter, RUNS * 3, item -> listed.incrementAndGet());
    return listed.get();
  }

  @Test
  void batchesWaitForAnOutputOfAnotherBatchWithoutJobsAndGoOnWhenItIsThere() {
    String needy = post("needy", STUDY);
    Map<String, String> waiting = Map.of("survey_id", needy, "state", "downloaded");
    Awaitility.await().atMost(PATIENCE).until(() -> listed("/batches", waiting) == RUNS);
    client.list(
        "/batches",
        waiting,
        1,
        batch ->
            assertThat(batch.path("reason").asText())
                .contains("waiting for list of maker", "this would: refinery survey ..."));
    assertThat(listed("/jobs", Map.of("survey_id", needy, "state", "succeeded")))
        .as("the survey job and the downloads")
        .isEqualTo(RUNS + 1);
    assertThat(listed("/jobs", Map.of("survey_id", needy))).isEqualTo(RUNS + 1);
    String maker = post("maker", "SRR7000000");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> survey(maker).path("state").asText().equals("done"));
    long made = System.nanoTime();
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> listed("/batches", waiting) == 0);
    System.out.println(
        "%d batches went on %d ms after what they need was there"
            .formatted(RUNS, Duration.ofNanos(System.nanoTime() - made).toMillis()));
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> survey(needy).path("state").asText().startsWith("done"));
    List<JsonNode> failed = new ArrayList<>();
    client.list("/jobs", Map.of("survey_id", needy, "state", "failed"), RUNS, failed::add);
    assertThat(failed).isEmpty();
    assertThat(survey(needy).path("batches").path("done").asInt()).isEqualTo(RUNS);
  }

  @Test
  void aSurveyThatIsCancelledStopsAndOneThatIsRetriedEndsWithAllItsBatches() {
    cancelledForGood();
    for (int point : points()) {
      ObjectNode body = Json.MAPPER.createObjectNode();
      body.put("source", "ena");
      body.put("pipeline", name(point));
      body.putObject("parameters").putArray("accession").add(STUDY);
      String id = client.post("/surveys", body, Optional.empty()).path("id").asText();
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> survey(id).path("batches").path("total").asInt() >= point);
      act(id, "cancel");
      act(id, "retry");
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> survey(id).path("state").asText().startsWith("done"));
      JsonNode ended = survey(id);
      System.out.println("cancelled and retried at " + point + ": " + ended);
      assertThat(ended.path("state").asText()).isEqualTo("done");
      assertThat(ended.path("batches").path("total").asInt()).isEqualTo(RUNS);
      assertThat(ended.path("batches").path("done").asInt()).isEqualTo(RUNS);
    }
  }

  /** What it alone wanted ends; nothing goes on. */
  private void cancelledForGood() {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("source", "ena");
    body.put("pipeline", name(0));
    body.putObject("parameters").putArray("accession").add(STUDY);
    String id = client.post("/surveys", body, Optional.empty()).path("id").asText();
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> survey(id).path("batches").path("total").asInt() >= points()[0]);
    act(id, "cancel");
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode batches = survey(id).path("batches");
              assertThat(batches.path("cancelled").asInt() + batches.path("done").asInt())
                  .isEqualTo(batches.path("total").asInt());
              assertThat(batches.path("cancelled").asInt()).isPositive();
            });
    assertThat(survey(id).path("state").asText()).isEqualTo("cancelled");
  }
}
