package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;

/**
 * Runs of other names with the same reads, on a real node whose pipeline counts how often it ran.
 * That a node takes what its life before made is in {@link SetOfBatchesTest}, where one is killed.
 */
class ReuseTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String COUNTING =
      """
      name = counting
      version = "1"
      description = "Writes down that it ran."
      inputs = [[reads_1, reads_2], [reads]]
      resources { cpu = "0.02", memory = "128MiB + 100 * input", disk = "1MiB + input" }
      tools { counter = [sh, "%1$s", --version] }
      steps = [{ name = count, tool = counter, command = [sh, "%1$s"], stdout = out.txt, stall = 1m, wall-time = 1m }]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;

  @TempDir Path temp;
  private NodeClient client;
  private NodeProcess node;
  private Path ran;

  @Test
  void equalWorkIsDoneOnceUnlessSomebodySaysOtherwise() throws Exception {
    Path tree =
        ArchiveTree.write(
            temp.resolve("archive"),
            SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED),
            false);
    twice(tree.resolve("api/ena/read_run.json"));
    ran = Files.writeString(temp.resolve("ran"), "");
    Path script =
        Files.writeString(
            temp.resolve("count.sh"),
            "[ \"$1\" = --version ] && { echo counter 1.0; exit; }\necho x >> '%s'\nhead -c 50000000 /dev/zero | md5sum\n"
                .formatted(ran));
    Path pipelines = Files.createDirectories(temp.resolve("pipelines"));
    Files.writeString(pipelines.resolve("counting.conf"), COUNTING.formatted(script));
    try (LocalArchive archive = LocalArchive.start(tree, 0)) {
      Map<String, String> settings = new TreeMap<>(archive.configuration());
      settings.put("refinery.pipelines.directory", pipelines.toString());
      settings.put("refinery.learning.least-runs", "3");
      settings.put("refinery.learning.refresh", "200ms");
      settings.put("refinery.prices.currency", "EUR");
      settings.put("refinery.prices.gb-downloaded", "1");
      node = NodeProcess.start(temp.resolve("node"), temp.resolve("output"), settings);
      client = new NodeClient(node.http(), Optional.empty());
      theSecondSurveyTakesWhatTheFirstMade();
      noReuseRunsAgain();
      whatSuchJobsUsedIsLearned();
      assertThat(node.stop()).isTrue();
    }
  }

  private void theSecondSurveyTakesWhatTheFirstMade() throws IOException {
    JsonNode first = refined("SRR7000001");
    JsonNode second = refined("SRR7000002");
    assertThat(second.path("id")).isNotEqualTo(first.path("id"));
    assertThat(times()).isEqualTo(1);
    assertThat(second.path("artifacts")).isEqualTo(first.path("artifacts"));
    JsonNode job = process(second);
    String from = process(first).path("id").asText();
    assertThat(job.at("/reused/from").asText()).isEqualTo(from);
    assertThat(job.at("/reused/bytes").asLong()).isPositive();
    assertThat(second.at("/facts/reused_from").asText()).isEqualTo(from);
    assertThat(command("show", job.path("id").asText())).contains("\"reused\"", from);
    JsonNode stats = client.get("/stats");
    assertThat(stats.at("/reuse/jobs").asInt()).isEqualTo(1);
    assertThat(stats.at("/reuse/bytes")).isEqualTo(job.at("/reused/bytes"));
    assertThat(stats.at("/usage/counting/jobs").asInt()).isEqualTo(2);
    assertThat(stats.at("/usage/counting/gb_hours/declared").asDouble()).isPositive();
  }

  private void noReuseRunsAgain() throws IOException {
    String second = refined("SRR7000002").path("id").asText();
    client.act("/batches/" + second + "/reprocess");
    done(second, 2);
    assertThat(times()).as("reprocessed").isEqualTo(1);
    command("reprocess", second, "--no-reuse");
    done(second, 3);
    assertThat(times()).as("reprocessed without reuse").isEqualTo(2);
    assertThat(refined("SRR7000002", "--no-reuse").path("id").asText()).isEqualTo(second);
    done(second, 4);
    assertThat(times()).as("surveyed without reuse").isEqualTo(3);
    assertThat(client.get("/stats").at("/reuse/jobs").asInt()).isEqualTo(2);
  }

  private void whatSuchJobsUsedIsLearned() throws IOException {
    JsonNode before = client.get("/batches/" + refined("SRR7000002").path("id").asText());
    JsonNode declared = process(before);
    assertThat(declared.at("/reservation/from").asText()).isEqualTo("declared");
    assertThat(before.at("/costs/bytes_downloaded").asLong()).isPositive();
    assertThat(before.at("/costs/gb_hours_reserved").asDouble()).isPositive();
    assertThat(before.at("/costs/money/download").asDouble()).isPositive();
    String id = before.path("id").asText();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              int jobs = client.get("/batches/" + id).path("job_ids").size();
              command("reprocess", id, "--no-reuse");
              done(id, jobs / 2 + 1);
              JsonNode now = process(client.get("/batches/" + id));
              return now.at("/reservation/from").asText().equals("learned");
            });
    JsonNode learned = process(client.get("/batches/" + id));
    assertThat(learned.at("/reservation/declared")).isEqualTo(declared.path("resources"));
    assertThat(learned.at("/resources/memory").asLong())
        .isGreaterThanOrEqualTo(128L << 20)
        .isLessThan(declared.at("/resources/memory").asLong());
    JsonNode comparable = client.get("/stats").at("/comparable/0");
    assertThat(comparable.path("pipeline").asText()).isEqualTo("counting");
    assertThat(comparable.path("peak_memory").asLong()).isPositive();
    assertThat(comparable.path("scratch").asLong()).isPositive();
  }

  private long times() throws IOException {
    return Files.readString(ran).lines().count();
  }

  /** The same small file as two runs. */
  private static void twice(Path rows) throws IOException {
    ArrayNode all = (ArrayNode) Json.MAPPER.readTree(rows.toFile());
    ObjectNode some =
        (ObjectNode)
            StreamSupport.stream(all.spliterator(), false)
                .filter(row -> row.path("fastq_bytes").asText().matches("[0-9]+(;[0-9]+)*"))
                .findFirst()
                .orElseThrow();
    for (String run : List.of("SRR7000001", "SRR7000002")) {
      all.add(some.deepCopy().put("run_accession", run).put("study_accession", "PRJNA777777"));
    }
    Json.MAPPER.writeValue(rows.toFile(), all);
  }

  private JsonNode refined(String run, String... options) {
    List<String> words = new ArrayList<>(List.of("survey", "ena", "accession=" + run));
    words.addAll(List.of("--pipeline", "counting", "--wait"));
    words.addAll(List.of(options));
    String survey = command(words.toArray(String[]::new)).lines().findFirst().orElseThrow();
    List<JsonNode> found = new ArrayList<>();
    client.list("/batches", Map.of("survey_id", survey.strip()), 1, found::add);
    assertThat(found.getFirst().path("state").asText()).isEqualTo("done");
    return found.getFirst();
  }

  private JsonNode process(JsonNode batch) {
    List<JsonNode> jobs = new ArrayList<>();
    batch.path("job_ids").forEach(id -> jobs.add(client.get("/jobs/" + id.asText())));
    return jobs.stream()
        .filter(job -> job.path("kind").asText().equals("process"))
        .reduce((one, newer) -> newer)
        .orElseThrow();
  }

  private void done(String batch, int processed) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              JsonNode now = client.get("/batches/" + batch);
              return now.path("state").asText().equals("done")
                  && now.path("job_ids").size() == 2 * processed;
            });
  }

  private String command(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--url", node.http()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertThat(
            RefineryCommand.run(
                new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new)))
        .as("%s %s", out, err)
        .isZero();
    return out.toString();
  }
}
