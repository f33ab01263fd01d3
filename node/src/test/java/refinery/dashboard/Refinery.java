package refinery.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import refinery.client.NodeClient;
import refinery.demo.DemoNode;
import refinery.files.TreeRemoval;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.SyntheticSpecies;
import refinery.main.NodeMain;
import refinery.protocol.Json;

/**
 * A real node with an archive of its own, and small work of every kind of outcome: a survey that is
 * done, one whose jobs failed, one that asks, one whose jobs run on and on and one that no node
 * could hold. Tests add their own.
 *
 * @param client of the node's API
 * @param done id of the survey that is done (three runs, pipeline {@code copies})
 * @param failed id of the survey whose jobs failed (two runs, pipeline {@code breaks})
 * @param asks id of the survey that waits for an answer
 * @param runs id of the survey whose jobs are running or queued (pipeline {@code sleeps})
 * @param unplaceable id of the survey whose jobs no node can hold
 * @param quantified id of the survey whose runs have counts (three runs, pipeline {@code quants})
 */
public record Refinery(
    Path directory,
    LocalArchive archive,
    DemoNode node,
    NodeClient client,
    String done,
    String failed,
    String asks,
    String runs,
    String unplaceable,
    String quantified)
    implements AutoCloseable {
  /** How long a test waits for the node. */
  public static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String PIPELINE =
      """
      name = %s
      version = "1"
      description = "For tests of the dashboard."
      inputs = [[reads], [reads_1, reads_2]]
      resources { cpu = "%s", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = first, command = [echo, begun], stall = 1h, wall-time = 2h }
        { name = work, command = [%s], stall = 1h, wall-time = 2h }]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;

  /** Its output is a web page that would run a script of its own. */
  private static final String PAGE =
      """
      name = page
      version = "1"
      description = "A report with a script."
      inputs = [[reads], [reads_1, reads_2]]
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = work, stall = 1h, wall-time = 2h, command = [sh, -c,
        "echo '<title>a report</title><p>words of a report</p><script>document.title=/pwned/.source</script>' > page.html"] }]
      outputs = [{ name = page.html, file = page.html, media-type = text/html }]
      """;

  /**
   * A reference and its table of genes, and runs that are counted against it; no tool is needed.
   */
  private static final String INDEX =
      """
      name = index
      version = "1"
      description = "An index of two genes."
      inputs = [[reads], [reads_1, reads_2]]
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = work, stall = 1h, wall-time = 2h, command = [sh, -c,
        "echo two > index; printf 'gene1\\tt1\\ngene2\\tt2\\n' > genes_to_transcripts.txt"] }]
      outputs = [{ name = index, file = index, media-type = text/plain }
        { name = genes_to_transcripts.txt, file = genes_to_transcripts.txt, media-type = text/plain }]
      """;

  private static final String QUANTS =
      """
      name = quants
      version = "1"
      description = "Counts of two transcripts."
      inputs = [[reads], [reads_1, reads_2]]
      needs { index { pipeline = index, artifact = index } }
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = work, stall = 1h, wall-time = 2h, command = [sh, -c,
        "printf 'Name\\tLength\\tEffectiveLength\\tTPM\\tNumReads\\nt1\\t900\\t800\\t400000\\t%s\\nt2\\t600\\t500\\t600000\\t7\\n' $$ > quant.sf"] }]
      outputs = [{ name = quant.sf, file = quant.sf, media-type = text/plain }]
      """;

  /** Runs that wait for what another pipeline never makes. */
  private static final String ORPHANS =
      """
      name = orphans
      version = "1"
      description = "Waits for what barren does not make."
      inputs = [[reads], [reads_1, reads_2]]
      needs { index { pipeline = barren, artifact = index, hint = ["refinery survey of a reference"] } }
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = work, stall = 1h, wall-time = 2h, command = [touch, out.txt] }]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;

  private static final String BARREN =
      """
      name = barren
      version = "1"
      description = "Fails, and what waits for it is given up."
      inputs = [[reads], [reads_1, reads_2]]
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = work, stall = 1h, wall-time = 2h, command = [sh, -c, "echo no reference here >&2; exit 9"] }]
      outputs = [{ name = index, file = index, media-type = text/plain }]
      """;

  /** The node's address without a slash at its end. */
  public String url() {
    return node.url().replaceAll("/+$", "");
  }

  static Refinery start() {
    try {
      Path directory = Files.createTempDirectory("dashboard");
      SyntheticSpecies species = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
      Path tree = ArchiveTree.write(directory.resolve("archive"), species, false);
      Path pipelines = Files.createDirectories(directory.resolve("pipelines"));
      pipeline(
          pipelines, "copies", "0.02", "sh, -c, \"seq 1 400; echo no fault >&2; date > out.txt\"");
      pipeline(pipelines, "breaks", "0.02", "sh, -c, \"echo input is not FASTQ >&2; exit 3\"");
      pipeline(pipelines, "sleeps", "0.02", "sleep, 7200");
      pipeline(pipelines, "boulder", "4000", "touch, out.txt");
      Files.writeString(pipelines.resolve("page.conf"), PAGE);
      Files.writeString(pipelines.resolve("orphans.conf"), ORPHANS);
      Files.writeString(pipelines.resolve("barren.conf"), BARREN);
      Files.writeString(pipelines.resolve("index.conf"), INDEX);
      Files.writeString(pipelines.resolve("quants.conf"), QUANTS);
      Files.writeString(
          pipelines.resolve("dataset.conf"),
          Files.readString(Path.of("..", "conf", "pipelines", "dataset.conf"))
              .replaceFirst(
                  "resources \\{[^}]*}", "resources { cpu = 0.02, memory = 16MiB, disk = 16MiB }"));
      LocalArchive archive = LocalArchive.start(tree, 0);
      Map<String, String> settings = new HashMap<>(archive.configuration());
      settings.put("refinery.pipelines.directory", pipelines.toString());
      settings.put("refinery.http.ask-timeout", "60s");
      settings.put("refinery.commands.enabled", "true");
      DemoNode node = NodeMain.startDemo(directory.resolve("node"), 0, settings);
      return filled(directory, archive, node);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void pipeline(Path folder, String name, String cpu, String command)
      throws IOException {
    Files.writeString(folder.resolve(name + ".conf"), PIPELINE.formatted(name, cpu, command));
  }

  private static Refinery filled(Path directory, LocalArchive archive, DemoNode node) {
    NodeClient client = new NodeClient(node.url(), Optional.empty());
    Refinery refinery =
        new Refinery(
            directory,
            archive,
            node,
            client,
            post(client, "PRJNA990101", "copies", false),
            post(client, "PRJEB990102", "breaks", false),
            post(client, "PRJDB990103", "copies", true),
            post(client, "PRJDB990103", "sleeps", false),
            post(client, "PRJNA990101", "boulder", false),
            quantified(client));
    refinery.await(refinery.done(), "done");
    refinery.await(refinery.failed(), "failed", "done_with_failures");
    refinery.await(refinery.asks(), "awaiting_input");
    refinery.await(refinery.quantified(), "done");
    refinery.awaitJobs(refinery.runs(), "running");
    refinery.awaitJobs(refinery.unplaceable(), "unplaceable");
    return refinery;
  }

  /** Runs wait for the index, whatever comes first. */
  private static String quantified(NodeClient client) {
    post(client, "PRJDB990103", "index", false);
    return post(client, "PRJNA990101", "quants", false);
  }

  /** The dataset of the runs that have counts, and of a sample that nobody knows; it is done. */
  public JsonNode dataset() {
    ObjectNode request = Json.MAPPER.createObjectNode().put("pipeline", "quants");
    ArrayNode samples = request.putArray("samples").add("nobody");
    client
        .get("/batches?survey_id=" + quantified)
        .path("items")
        .forEach(batch -> samples.add(batch.path("key").asText()));
    String id = client.post("/datasets", request, Optional.empty()).path("id").asText();
    return dataset(id);
  }

  /** Waits until a dataset is done. */
  public JsonNode dataset(String id) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> client.get("/datasets/" + id),
            found -> found.path("state").asText().equals("done"));
  }

  /** Posts a survey of the local archive and gives its id. */
  public String survey(String accession, String pipeline) {
    return post(client, accession, pipeline, false);
  }

  private static String post(NodeClient client, String accession, String pipeline, boolean plan) {
    ObjectNode survey =
        Json.MAPPER
            .createObjectNode()
            .put("source", "ena")
            .put("pipeline", pipeline)
            .put("plan", plan);
    survey.putObject("parameters").put("accession", accession);
    return client.post("/surveys", survey, Optional.empty()).path("id").asText();
  }

  /** Waits until the survey has one of these states, and gives it. */
  public JsonNode await(String survey, String... states) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> client.get("/surveys/" + survey),
            found -> java.util.List.of(states).contains(found.path("state").asText()));
  }

  /** Waits until the survey has a job of a pipeline in this state. */
  private void awaitJobs(String survey, String state) {
    Awaitility.await().atMost(PATIENCE).until(() -> job(survey, state).isPresent());
  }

  /** A process job of the survey in this state, if there is one. */
  public Optional<JsonNode> job(String survey, String state) {
    JsonNode page = client.get("/jobs?kind=process&survey_id=" + survey + "&state=" + state);
    return Optional.ofNullable(page.path("items").get(0));
  }

  /** Runs a statement in the node's database. */
  public void sql(String statement) throws Exception {
    Path postgres = directory.resolve("node").resolve("postgres");
    String port = Files.readAllLines(postgres.resolve("data/postmaster.pid")).get(3).strip();
    String password = Files.readString(postgres.resolve("password")).strip();
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/refinery";
    try (Connection connection = DriverManager.getConnection(url, "postgres", password);
        Statement run = connection.createStatement()) {
      run.execute(statement);
    }
  }

  @Override
  public void close() {
    node.close();
    archive.close();
    try {
      TreeRemoval.remove(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
