package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
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

/**
 * A batch that is made of an output of hundreds of others, on a real node that is killed while it
 * is made. {@code -Drefinery.members=10000} for as many.
 */
class SetOfBatchesTest {
  private static final int MEMBERS = Integer.getInteger("refinery.members", 200);
  private static final String STUDY = "PRJNA777777";
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String NOTE =
      """
      name = note
      version = "%1$s"
      description = "Writes which run it was, and which version of this."
      inputs = [[reads_1, reads_2], [reads]]
      parameters { key { description = "the run", pattern = "[A-Z0-9]{1,20}", from = source } }
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{
        name = note, command = [sh, "%2$s", "${parameter.key}", "%1$s"], stdout = note.txt
        stall = 1m, wall-time = 1m
      }]
      outputs = [{ name = note.txt, file = note.txt, media-type = text/plain }]
      """;

  /** The same for every run, as all have the same reads. */
  private static final String ONCE =
      """
      name = once
      version = "1"
      description = "Writes down that it ran."
      inputs = [[reads_1, reads_2], [reads]]
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      tools { tee = [tee, --version] }
      steps = [{
        name = once, tool = tee, command = [sh, "-c", "echo ran | tee -a '%s'"], stdout = once.txt
        stall = 1m, wall-time = 1m
      }]
      outputs = [{ name = once.txt, file = once.txt, media-type = text/plain }]
      """;

  @TempDir Path temp;
  private Path broken;
  private Map<String, String> settings;
  private NodeProcess node;
  private NodeClient client;
  private int starts;

  @Test
  void isMadeOfEachOnceAndOfWhatIsThereWhateverHappens() throws Exception {
    SyntheticSpecies species = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
    Path tree = ArchiveTree.write(temp.resolve("archive"), species, false);
    repeat(tree.resolve("api/ena/read_run.json"));
    broken = Files.writeString(temp.resolve("broken"), run(MEMBERS / 2) + "\n");
    try (LocalArchive archive = LocalArchive.start(tree, 0)) {
      settings = new TreeMap<>(archive.configuration());
      settings.put("refinery.pipelines.directory", pipelines("1").toString());
      start();
      String members = post("ena", "note", "accession", List.of(STUDY));
      String made = made(members);
      waitsForTheOneThatFailed(made);
      JsonNode first = once(run(0));
      goesOnWhenThatIsRetried(made);
      node.kill();
      pipelines("2");
      start();
      takesWhatALifeBeforeMade(first);
      awaitState(made, "done");
      assertThat(lines(made)).isEqualTo(expected(-1));
      lists(made);
      isMadeAgainBesideTheFirst(made);
      knowsWhenOneIsRefinedAgain(made);
      assertThat(node.stop()).isTrue();
    }
  }

  private void start() throws Exception {
    node = NodeProcess.start(temp.resolve("node"), temp.resolve("output-" + starts++), settings);
    client = new NodeClient(node.http(), Optional.empty());
  }

  private Path pipelines(String version) throws IOException {
    Path script = temp.resolve("note.sh");
    Files.writeString(
        script,
        "read broken < %s\n[ \"$broken\" = \"$1\" ] && { echo broken >&2; exit 3; }\necho \"$1 $2\"\n"
            .formatted(broken));
    Path directory = Files.createDirectories(temp.resolve("pipelines"));
    Files.writeString(directory.resolve("note.conf"), NOTE.formatted(version, script));
    Files.writeString(directory.resolve("once.conf"), ONCE.formatted(temp.resolve("ran")));
    return directory;
  }

  /** A run, refined by the pipeline that does the same for all. */
  private JsonNode once(String run) {
    String survey = post("ena", "once", "accession", List.of(run));
    Awaitility.await().atMost(PATIENCE).until(() -> !batches(survey).isEmpty());
    String id = batches(survey).getFirst().path("id").asText();
    awaitState(id, "done");
    return batch(id);
  }

  /** Equal work of another run is not done again, though the node was killed meanwhile. */
  private void takesWhatALifeBeforeMade(JsonNode first) throws IOException {
    JsonNode second = once(run(1));
    assertThat(second.path("id")).isNotEqualTo(first.path("id"));
    assertThat(second.path("artifacts")).isEqualTo(first.path("artifacts"));
    assertThat(StreamSupport.stream(first.path("job_ids").spliterator(), false))
        .extracting(JsonNode::asText)
        .contains(second.at("/facts/reused_from").asText());
    assertThat(Files.readAllLines(temp.resolve("ran"))).containsExactly("ran");
  }

  private static String run(int number) {
    return String.format(Locale.ROOT, "SRR7%06d", number);
  }

  /** The same small files again and again, as runs of one study. */
  private static void repeat(Path rows) throws IOException {
    ArrayNode all = (ArrayNode) Json.MAPPER.readTree(rows.toFile());
    ObjectNode smallest =
        (ObjectNode)
            StreamSupport.stream(all.spliterator(), false)
                .filter(row -> row.path("fastq_bytes").asText().matches("[0-9]+(;[0-9]+)*"))
                .min(Comparator.comparingLong(SetOfBatchesTest::bytes))
                .orElseThrow();
    for (int i = 0; i < MEMBERS; i++) {
      ObjectNode row = smallest.deepCopy();
      row.put("run_accession", run(i));
      row.put("study_accession", STUDY);
      all.add(row);
    }
    Json.MAPPER.writeValue(rows.toFile(), all);
  }

  private static long bytes(JsonNode row) {
    return List.of(row.path("fastq_bytes").asText().split(";")).stream()
        .mapToLong(Long::parseLong)
        .sum();
  }

  private String post(String source, String pipeline, String parameter, Object value) {
    return post(source, pipeline, Map.of(parameter, value));
  }

  private String post(String source, String pipeline, Map<String, Object> parameters) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("source", source);
    body.put("pipeline", pipeline);
    body.set("parameters", Json.MAPPER.valueToTree(parameters));
    return client.post("/surveys", body, Optional.empty()).path("id").asText();
  }

  /** The batch that is made of the members; its survey is posted while they are being found. */
  private String made(String members) {
    Map<String, Object> set = Map.of("survey", members, "pipeline", "note", "artifact", "note.txt");
    Map<String, Object> unknown = new HashMap<>(set);
    unknown.put("artifact", "no.txt");
    assertThat(
            org.assertj.core.api.Assertions.catchThrowableOfType(
                CommandFailure.class, () -> post("batches", "concatenate", unknown)))
        .hasMessageContainingAll("/parameters/artifact", "note.txt");
    String survey = post("batches", "concatenate", set);
    Awaitility.await().atMost(PATIENCE).until(() -> !batches(survey).isEmpty());
    return batches(survey).getFirst().path("id").asText();
  }

  private List<JsonNode> batches(String survey) {
    List<JsonNode> found = new java.util.ArrayList<>();
    client.list("/batches", Map.of("survey_id", survey), 1, found::add);
    return found;
  }

  private JsonNode batch(String id) {
    return client.get("/batches/" + id);
  }

  private void awaitState(String id, String state) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> batch(id).path("state").asText().equals(state));
  }

  private String failed = "";

  private void waitsForTheOneThatFailed(String made) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                batch(made)
                    .path("reason")
                    .asText()
                    .contains("%d of %d are done".formatted(MEMBERS - 1, MEMBERS)));
    List<JsonNode> broke = new java.util.ArrayList<>();
    client.list("/batches", Map.of("state", "failed"), 2, broke::add);
    failed = broke.getFirst().path("id").asText();
    assertThat(broke).hasSize(1);
    assertThat(batch(made).path("state").asText()).isEqualTo("downloaded");
    assertThat(batch(made).path("reason").asText()).contains("1 failed: refinery retry " + failed);
  }

  private void goesOnWhenThatIsRetried(String made) throws IOException {
    Files.writeString(broken, "nothing\n");
    client.act("/batches/" + failed + "/retry");
    awaitState(failed, "done");
    Awaitility.await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> !batch(made).path("state").asText().equals("downloaded"));
  }

  private static Map<String, String> expected(int second) {
    Map<String, String> all = new TreeMap<>();
    IntStream.range(0, MEMBERS).forEach(i -> all.put(run(i), i == second ? "2" : "1"));
    return all;
  }

  /** Each line once. */
  private Map<String, String> lines(String made) throws IOException {
    Map<String, String> lines = new TreeMap<>();
    for (String line : text(digest(batch(made), "all")).lines().toList()) {
      String[] words = line.split(" ", 2);
      assertThat(lines.put(words[0], words[1])).as("%s once", line).isNull();
    }
    return lines;
  }

  private static String digest(JsonNode batch, String artifact) {
    return StreamSupport.stream(batch.path("artifacts").spliterator(), false)
        .filter(listed -> listed.path("name").asText().equals(artifact))
        .map(listed -> listed.path("sha256").asText())
        .findFirst()
        .orElseThrow();
  }

  private String text(String sha256) throws IOException {
    try (InputStream in = client.stream("/artifacts/" + sha256, false)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** What it was made of is stored, and can be read by its digest. */
  private void lists(String made) throws IOException {
    JsonNode batch = batch(made);
    assertThat(batch.path("facts").path("inputs").asText()).isEqualTo(String.valueOf(MEMBERS));
    String list = batch.path("needs").path(0).path("sha256").asText();
    assertThat(text(list).lines()).hasSize(MEMBERS).isSorted();
    assertThat(client.get("/batches/" + made + "/provenance").toString()).contains(list);
    assertThat(text(digest(batch, "parts.tsv")).lines()).hasSize(MEMBERS + 1);
  }

  /** The set is reproduced to the byte; a run is not, as its pipeline writes something else now. */
  private void isMadeAgainBesideTheFirst(String made) {
    List<JsonNode> before = List.of(results(made), results(failed));
    assertThat(command(0, "reproduce", made))
        .contains("all: equal, sha256 ")
        .endsWith("\nreproduced\n");
    String crate = temp.resolve("run.zip").toString();
    assertThat(command(0, "crate", failed, "-o", crate)).isEqualTo(crate + "\n");
    assertThat(command(1, "reproduce", crate))
        .contains("note.txt: differs in line 1, not only in numbers")
        .contains("pipeline version: 1, now 2")
        .contains("pipeline file: sha256 ")
        .endsWith("\nnot reproduced\n");
    assertThat(List.of(results(made), results(failed))).isEqualTo(before);
    JsonNode found = client.get("/artifacts?pipeline=concatenate&limit=9");
    assertThat(found.findValuesAsText("batch_id")).containsOnly(made);
  }

  private JsonNode results(String id) {
    ObjectNode batch = (ObjectNode) batch(id);
    return batch.retain("id", "state", "survey_ids", "job_ids", "artifacts", "facts");
  }

  private String command(int code, String... words) {
    List<String> all = new java.util.ArrayList<>(List.of(words));
    all.addAll(List.of("--url", node.http()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertThat(
            RefineryCommand.run(
                new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new)))
        .as("%s %s", out, err)
        .isEqualTo(code);
    return out.toString();
  }

  private void knowsWhenOneIsRefinedAgain(String made) throws IOException {
    JsonNode known = batch(failed);
    client.act("/batches/" + failed + "/reprocess");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> batch(made).path("reason").asText().contains(failed));
    assertThat(batch(made).path("state").asText()).isEqualTo("done");
    assertThat(digest(batch(failed), "note.txt")).isNotEqualTo(digest(known, "note.txt"));
    assertThat(lines(made)).as("until it is reprocessed").isEqualTo(expected(-1));
    client.act("/batches/" + made + "/reprocess");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                batch(made).path("state").asText().equals("done")
                    && batch(made).path("reason").isNull());
    assertThat(lines(made)).isEqualTo(expected(MEMBERS / 2));
  }
}
