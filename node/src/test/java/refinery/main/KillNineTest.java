package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.configuration.Configuration;
import refinery.database.Database;
import refinery.database.EmbeddedPostgres;
import refinery.job.RetryPolicy;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.SyntheticSpecies;
import refinery.pipeline.PipelineCatalog;
import refinery.protocol.Json;
import refinery.readmodel.ReadModelRebuild;
import refinery.testing.NodeProcess;
import refinery.testing.RequiresTools;

/**
 * A node is killed by {@code kill -9} at three random moments while it refines real data with the
 * real tools, once more while it starts, and started again each time with the same directory:
 * nothing is lost, done twice in effect, or left behind. A moment is a number of steps of progress,
 * not a time; {@code -Drefinery.seed=N} replays, {@code -Drefinery.kills=20} kills more often.
 */
@RequiresTools
class KillNineTest {
  private static final int KILLS = Integer.getInteger("refinery.kills", 3);
  private static final int MOST_STEPS = 7;
  private static final int MOST_START_LINES = 20;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir Path temp;

  private Path dir;
  private Map<String, String> settings;
  private int starts;

  @Test
  void nothingIsLostHoweverOftenTheNodeIsKilled() throws Exception {
    long seed = Long.getLong("refinery.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    dir = temp.resolve("node");
    SyntheticSpecies species = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
    Path tree = ArchiveTree.write(temp.resolve("archive"), species, false);
    try (LocalArchive archive = LocalArchive.start(tree, 0)) {
      settings = new java.util.TreeMap<>(archive.configuration());
      // The kills here follow the starts of jobs, as no operator's do: to the node it looks as if
      // the jobs did it.
      settings.put("refinery.retry.node-ended.at-start", "1000");
      settings.put("refinery.retry.node-ended.spread", "1s");
      NodeProcess node = start();
      for (int kill = 0; kill < KILLS; kill++) {
        NodeClient client = post(node, species);
        if (kill >= KILLS / 2) {
          reprocessWhatIsDone(client);
        }
        long target = progress(client) + 1 + random.nextInt(MOST_STEPS);
        Awaitility.await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(20))
            .until(() -> progress(client) >= target || allDone(client));
        node.kill();
        if (kill % 3 == 2) {
          NodeProcess.killWhileStarting(
              dir, output(), settings, 1 + random.nextInt(MOST_START_LINES));
        }
        node = start();
      }
      NodeClient client = post(node, species);
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(200))
          .untilAsserted(() -> assertThat(unfinished(client)).isEmpty());
      assertThat(all(client, "/jobs"))
          .as("a kill is charged to no job")
          .allMatch(job -> job.path("state").asText().equals("succeeded"));
      Set<String> listed = checkArtifacts(client);
      assertThat(node.stop()).as("SIGTERM ends it").isTrue();
      checkStorage(listed);
    }
    checkNothingIsLeft();
    checkReadModel();
  }

  private NodeProcess start() throws Exception {
    return NodeProcess.start(dir, output(), settings);
  }

  private Path output() {
    return temp.resolve("output-" + starts++);
  }

  /** Safe to repeat: the same key is the same survey. */
  private static NodeClient post(NodeProcess node, SyntheticSpecies species) {
    NodeClient client = new NodeClient(node.http(), Optional.empty());
    ObjectNode genome = Json.MAPPER.createObjectNode();
    genome.put("source", "ensembl");
    genome
        .putObject("parameters")
        .put("species", SyntheticSpecies.NAME)
        .put("division", "EnsemblVertebrates")
        .put("release", SyntheticSpecies.RELEASE);
    client.post("/surveys", genome, Optional.of("kill-nine-genome"));
    ObjectNode runs = Json.MAPPER.createObjectNode();
    runs.put("source", "ena");
    species.runs().stream()
        .map(run -> run.project())
        .distinct()
        .forEach(runs.putObject("parameters").putArray("accession")::add);
    client.post("/surveys", runs, Optional.of("kill-nine-runs"));
    return client;
  }

  private static List<JsonNode> all(NodeClient client, String path) {
    List<JsonNode> items = new ArrayList<>();
    client.list(path, Map.of(), 10_000, items::add);
    return items;
  }

  /** Attempts started, attempts ended, batches that have moved on: it only grows. */
  private static long progress(NodeClient client) {
    long steps = 0;
    for (JsonNode job : all(client, "/jobs")) {
      steps += 2L * job.path("attempt").asInt();
      steps += job.path("finished_at").isNull() ? 0 : 1;
    }
    return steps;
  }

  private static boolean allDone(NodeClient client) {
    List<JsonNode> batches = all(client, "/batches");
    return batches.size() == 8
        && batches.stream().allMatch(batch -> batch.path("state").asText().equals("done"));
  }

  private static void reprocessWhatIsDone(NodeClient client) {
    all(client, "/batches").stream()
        .filter(batch -> batch.path("state").asText().equals("done"))
        .limit(2)
        .forEach(batch -> client.act("/batches/" + batch.path("id").asText() + "/reprocess"));
  }

  private static List<String> unfinished(NodeClient client) {
    List<String> open = new ArrayList<>();
    List<JsonNode> batches = all(client, "/batches");
    if (batches.size() != 8) {
      open.add(batches.size() + " batches instead of 8");
    }
    for (JsonNode batch : batches) {
      if (!batch.path("state").asText().equals("done")) {
        open.add(
            batch.path("key").asText()
                + " is "
                + batch.path("state").asText()
                + " "
                + batch.path("reason"));
      }
    }
    for (JsonNode survey : all(client, "/surveys")) {
      if (!survey.path("state").asText().equals("done")) {
        open.add(survey.path("source").asText() + " is " + survey.path("state").asText());
      }
    }
    Set<String> terminal = Set.of("succeeded", "failed", "cancelled");
    for (JsonNode job : all(client, "/jobs")) {
      if (!terminal.contains(job.path("state").asText())) {
        open.add(job.path("id").asText() + " is " + job.path("state").asText());
      }
    }
    return open;
  }

  /** Returns the digests of all that the jobs list. */
  private static Set<String> checkArtifacts(NodeClient client) throws Exception {
    Set<String> listed = new HashSet<>();
    for (JsonNode batch : all(client, "/batches")) {
      Set<String> names = new HashSet<>();
      for (JsonNode artifact : batch.path("artifacts")) {
        assertThat(names.add(artifact.path("name").asText()))
            .as("%s lists %s once", batch.path("key"), artifact.path("name"))
            .isTrue();
        String sha256 = artifact.path("sha256").asText();
        listed.add(sha256);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = client.stream("/artifacts/" + sha256, false)) {
          digest.update(in.readAllBytes());
        }
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(sha256);
      }
      assertThat(names).as(batch.path("key").asText()).isNotEmpty();
    }
    return listed;
  }

  /** What remains when everything that nobody needs may go at once. */
  private void checkStorage(Set<String> listed) throws Exception {
    Map<String, String> sweeping = new HashMap<>(settings);
    for (String age : List.of("interval", "unlisted-after", "unwanted-after", "staging-after")) {
      sweeping.put("refinery.storage.sweep." + age, "1s");
    }
    NodeProcess node = NodeProcess.start(dir, output(), sweeping);
    Path storage = dir.resolve("storage");
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              assertThat(filesBelow(storage.resolve("temporary"))).isEmpty();
              assertThat(filesBelow(storage.resolve("permanent")))
                  .extracting(file -> file.getFileName().toString())
                  .containsExactlyInAnyOrderElementsOf(listed);
            });
    assertThat(node.stop()).as("SIGTERM ends it").isTrue();
  }

  private void checkNothingIsLeft() throws Exception {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(processesOf(dir)).isEmpty());
    assertThat(filesBelow(dir.resolve("scratch"))).isEmpty();
  }

  private static List<String> processesOf(Path dir) throws Exception {
    List<String> found = new ArrayList<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process :
          processes.filter(p -> p.getFileName().toString().matches("[0-9]+")).toList()) {
        try {
          String environment =
              Files.readString(
                  process.resolve("environ"), java.nio.charset.StandardCharsets.ISO_8859_1);
          String command =
              Files.readString(
                  process.resolve("cmdline"), java.nio.charset.StandardCharsets.ISO_8859_1);
          if (environment.contains("REFINERY_NODE=" + dir) || command.contains(dir.toString())) {
            found.add(process.getFileName() + " " + command.replace('\0', ' '));
          }
        } catch (java.io.IOException gone) {
          assertThat(gone).isNotNull();
        }
      }
    }
    return found;
  }

  private static List<Path> filesBelow(Path folder) throws Exception {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.filter(Files::isRegularFile).toList();
    }
  }

  private void checkReadModel() throws Exception {
    Settings read =
        Settings.from(
            Configuration.load(Optional.empty(), settings, Map.of(), ConfigFactory.empty()));
    Planner planner =
        new Planner(
            new PipelineCatalog(read.pipelines(), java.time.InstantSource.system()),
            read.demand(),
            true,
            Optional.empty());
    RetryPolicy policy = read.retry();
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(dir);
        Database database = Database.open(postgres.address())) {
      ReadModelRebuild rebuild =
          new ReadModelRebuild(database.dataSource(), LogicProjector.all(policy, planner));
      assertThat(rebuild.verify()).isEmpty();
      rebuild.rebuild();
      assertThat(rebuild.verify()).isEmpty();
    }
  }
}
