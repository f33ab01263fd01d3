package refinery.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.Fault;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;

/**
 * Figures of the matrices of a bucket, kept by a schedule, on a real node: one project is blocked,
 * one holds no matrix, one connection breaks, and one matrix changes.
 */
class MatrixFiguresTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String GOOD = "11111111-aaaa-4000-8000-000000000001";
  private static final String BAD = "22222222-bbbb-4000-8000-000000000002";
  private static final String BLOCKED = "33333333-cccc-4000-8000-000000000003";
  private static final String MOUSE = "44444444-dddd-4000-8000-000000000004";

  @TempDir Path temp;
  private Path matrices;
  private NodeClient client;

  @Test
  void everyProjectHasItsFiguresAndEveryVersionKeepsThem() throws Exception {
    Path tree =
        ArchiveTree.write(
            temp.resolve("archive"),
            SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED),
            false);
    matrices = Files.createDirectories(tree.resolve("assets/project-assets/project-matrices"));
    put(GOOD, project("MT-A", 3));
    put(BAD, "no matrix at all".getBytes(UTF_8));
    put(BLOCKED, project("MT-A", 1));
    put(MOUSE + ".mouse", project("mt-Nd1", 2));
    Files.writeString(tree.resolve("assets/blacklist"), BLOCKED + "\n");
    try (LocalArchive archive = LocalArchive.start(tree, 0)) {
      archive.fault(Fault.once(GOOD, Fault.Mode.RESET));
      NodeProcess node =
          NodeProcess.start(
              temp.resolve("node"), temp.resolve("output"), new HashMap<>(archive.configuration()));
      client = new NodeClient(node.http(), Optional.empty());
      schedule();
      String first = runOnce();
      Map<String, JsonNode> found = batches(first);
      assertThat(found).containsOnlyKeys(GOOD, BAD, BLOCKED, MOUSE + ".mouse");
      assertThat(found.get(BLOCKED).path("state").asText()).isEqualTo("cancelled");
      assertThat(found.get(BLOCKED).path("reason").asText()).contains("the bucket's blacklist");
      assertThat(found.get(BAD).path("state").asText()).isEqualTo("failed");
      assertThat(found.get(BAD).path("reason").asText()).contains("no MatrixMarket file");
      JsonNode good = found.get(GOOD);
      assertThat(figures(good)).hasSize(12);
      assertThat(text(good, "highest_expressed_genes.tsv"))
          .contains("1\tG1\tE1\t")
          .contains("\tMT-A\tE2\t");
      assertThat(Json.MAPPER.readTree(text(good, "qc.json")).at("/mitochondrial/species").asText())
          .isEqualTo("homo_sapiens");
      JsonNode mouse = Json.MAPPER.readTree(text(found.get(MOUSE + ".mouse"), "qc.json"));
      assertThat(mouse.at("/mitochondrial/species").asText()).isEqualTo("mus_musculus");
      assertThat(mouse.at("/kept_cells_have/counts/most").asInt()).isEqualTo(13);

      anArtifactIsTakenFromStorage(good);
      put(GOOD, project("MT-A", 40));
      Map<String, JsonNode> again = batches(runOnce());
      assertThat(again.get(GOOD).path("id")).isNotEqualTo(good.path("id"));
      assertThat(again.get(MOUSE + ".mouse").path("job_ids"))
          .as("what has not changed is not made again")
          .isEqualTo(found.get(MOUSE + ".mouse").path("job_ids"));
      assertThat(text(again.get(GOOD), "qc.tsv")).isNotEqualTo(text(good, "qc.tsv"));
      List<JsonNode> history = new ArrayList<>();
      client.list("/batches", Map.of("q", GOOD), 10, batch -> history.add(whole(batch)));
      assertThat(history).hasSize(2).allSatisfy(batch -> assertThat(figures(batch)).hasSize(12));
      assertThat(node.stop()).isTrue();
    }
  }

  /** A table of cells is no matrix, and the batch says so: its bytes have come from storage. */
  private void anArtifactIsTakenFromStorage(JsonNode good) {
    String digest = "";
    for (JsonNode artifact : good.path("artifacts")) {
      digest = artifact.path("sha256").asText();
    }
    var body = Json.MAPPER.createObjectNode().put("source", "matrix");
    body.putObject("parameters").putArray("artifact").add(digest).add("0".repeat(64));
    String survey = client.post("/surveys", body, Optional.empty()).path("id").asText();
    until(
        () ->
            List.of("done", "done_with_failures", "failed")
                .contains(client.get("/surveys/" + survey).path("state").asText()));
    Map<String, JsonNode> found = batches(survey);
    assertThat(found.get("artifact/" + digest.substring(0, 16)).path("reason").asText())
        .contains("no MatrixMarket file");
    assertThat(found.get("artifact/" + "0".repeat(16)).path("reason").asText())
        .contains("there is no artifact 0000");
  }

  private void put(String name, byte[] bytes) throws IOException {
    Files.write(matrices.resolve(name + ".mtx.zip"), bytes);
  }

  /** Two genes and two cells, as the Human Cell Atlas packs them. */
  private static byte[] project(String gene, int count) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      add(zip, "p/genes.tsv.gz", "featurekey\tfeaturename\nE1\tG1\nE2\t" + gene + "\n");
      add(zip, "p/cells.tsv.gz", "cellkey\nc1\nc2\n");
      add(
          zip,
          "p/matrix.mtx.gz",
          "%%MatrixMarket matrix coordinate real general\n2 2 3\n1 1 11\n2 1 "
              + count
              + "\n1 2 5\n");
    }
    return out.toByteArray();
  }

  private static void add(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(text.getBytes(UTF_8));
    }
    zip.write(packed.toByteArray());
  }

  private void schedule() {
    var body =
        Json.MAPPER
            .createObjectNode()
            .put("name", "figures")
            .put("cron", "30 2 * * *")
            .put("timezone", "Europe/London");
    body.putObject("survey").put("source", "matrix").putObject("parameters").put("project", "all");
    client.post("/schedules", body, Optional.empty());
  }

  private String runOnce() {
    until(() -> !client.get("/schedules/figures").at("/runs/0/state").isNull());
    String survey = client.act("/schedules/figures/run").path("survey_id").asText();
    until(
        () ->
            client.get("/schedules/figures").at("/runs/0/survey_id").asText().equals(survey)
                && !client.get("/schedules/figures").at("/runs/0/state").isNull());
    return survey;
  }

  private Map<String, JsonNode> batches(String survey) {
    Map<String, JsonNode> found = new HashMap<>();
    client.list(
        "/batches",
        Map.of("survey_id", survey),
        10,
        batch -> found.put(batch.path("key").asText(), whole(batch)));
    return found;
  }

  private JsonNode whole(JsonNode batch) {
    return client.get("/batches/" + batch.path("id").asText());
  }

  private static List<String> figures(JsonNode batch) {
    List<String> names = new ArrayList<>();
    batch.path("artifacts").forEach(artifact -> names.add(artifact.path("name").asText()));
    return names;
  }

  private String text(JsonNode batch, String name) throws IOException {
    for (JsonNode artifact : batch.path("artifacts")) {
      if (artifact.path("name").asText().equals(name)) {
        return bytes(artifact);
      }
    }
    throw new AssertionError("no " + name + " in " + batch);
  }

  private String bytes(JsonNode artifact) throws IOException {
    try (InputStream in = client.stream("/artifacts/" + artifact.path("sha256").asText(), false)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static void until(Callable<Boolean> condition) {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(condition);
  }
}
