package refinery.sidebyside;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Terminal;
import refinery.demo.DemoNode;
import refinery.files.TreeRemoval;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.RunDesign;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;

/**
 * Runs script and node in turn. Each round has runs of its own, since equal work would be reused,
 * and the other side begins. Works in a new directory, which is removed at the end.
 */
public final class SideBySide {
  private static final int FRAGMENTS = 6_000;
  private static final int LENGTH = 100;

  /**
   * Runs that each side does before anything is measured, since a node is slow in its first minute.
   */
  private static final int WARM_UP = 24;

  /** Further warm-up runs that are as large as the measured ones. */
  private static final int WARM_UP_LARGE = 4;

  /**
   * The pause between two looks whether the survey has ended; its end is taken from what it states.
   */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final PrintWriter out;
  private final DemoNode.Starter starter;

  /**
   * @param count runs per round
   * @param leastBytes least size of each compressed file
   */
  public record Size(int count, long leastBytes, int rounds) {}

  public SideBySide(PrintWriter out, DemoNode.Starter starter) {
    this.out = out;
    this.starter = starter;
  }

  /** Runs the comparison and returns the exit code. */
  public int run(Path parent, Size size) throws InterruptedException {
    try {
      Files.createDirectories(parent);
      Path dir = Files.createTempDirectory(parent.toAbsolutePath().normalize(), "samples");
      try {
        return measure(dir, size);
      } finally {
        TreeRemoval.remove(dir);
      }
    } catch (IOException e) {
      throw CommandFailure.failed("bench samples: " + e.getMessage());
    }
  }

  private int measure(Path dir, Size size) throws IOException, InterruptedException {
    int warmUp = WARM_UP + (size.leastBytes() > 0 ? WARM_UP_LARGE : 0);
    int all = warmUp + size.count() * size.rounds();
    say("Generating %d distinct runs of 2x%d", all, LENGTH);
    SyntheticSpecies species =
        SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED, List.<RunDesign>of());
    Path tree = ArchiveTree.write(dir.resolve("archive"), species, false);
    List<RunDesign> runs = designs(all);
    Set<RunDesign> small = Set.copyOf(runs.subList(0, WARM_UP));
    ArchiveTree.addRuns(tree, species, runs, run -> small.contains(run) ? 0 : size.leastBytes());
    Path home = dir.resolve("node");
    try (LocalArchive archive = LocalArchive.start(tree, 0);
        DemoNode node = starter.start(home, 0, archive.configuration())) {
      NodeClient client = new NodeClient(node.url(), Optional.empty());
      await(client, survey(client, "ensembl", reference()));
      Script script = Script.prepare(dir.resolve("script"), client, archive.url(), tree);
      say("warm-up: %d runs by each side", warmUp);
      script(script, runs.subList(0, warmUp));
      refine(client, home, runs.subList(0, warmUp));
      rounds(new Sides(script, client, home), runs.subList(warmUp, all), size);
      return 0;
    }
  }

  /** The two sides: the script, and the node with its home directory. */
  private record Sides(Script script, NodeClient client, Path home) {}

  /** Measures all rounds; the sides take turns in beginning one. */
  private void rounds(Sides sides, List<RunDesign> runs, Size size)
      throws IOException, InterruptedException {
    List<Double> scripts = new ArrayList<>();
    List<Double> nodes = new ArrayList<>();
    for (int round = 0; round < size.rounds(); round++) {
      int first = round * size.count();
      List<RunDesign> part = runs.subList(first, first + size.count());
      if (round % 2 == 0) {
        scripts.add(script(sides.script(), part));
        nodes.add(refine(sides.client(), sides.home(), part));
      } else {
        nodes.add(refine(sides.client(), sides.home(), part));
        scripts.add(script(sides.script(), part));
      }
      say(
          "round %d: script %.0f ms a run, node %.0f ms a run",
          round + 1, millis(scripts, round, size), millis(nodes, round, size));
    }
    double byScript = median(scripts);
    double byNode = median(nodes);
    say(
        "%d runs on %d cores: script %.0f ms a run, node %.0f ms a run, ratio %.2f",
        size.count(),
        Runtime.getRuntime().availableProcessors(),
        byScript * 1000 / size.count(),
        byNode * 1000 / size.count(),
        byScript / byNode);
  }

  private double script(Script script, List<RunDesign> runs)
      throws IOException, InterruptedException {
    Script.Time time = script.run(runs);
    say("  script: cpu of tools %.0f ms a run", 1000 * time.cpu() / runs.size());
    return time.seconds();
  }

  private static double millis(List<Double> seconds, int round, Size size) {
    return seconds.get(round) * 1000 / size.count();
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** Seconds from the survey's post to its end as the node states it. */
  private double refine(NodeClient client, Path home, List<RunDesign> runs) {
    ObjectNode parameters = Json.MAPPER.createObjectNode();
    runs.stream().map(RunDesign::accession).forEach(parameters.putArray("accession")::add);
    try (DiskPeak peak = DiskPeak.watch(home)) {
      Cores before = Cores.now();
      Instant begin = Instant.now();
      String id = survey(client, "ena", parameters);
      Instant end = await(client, id);
      double seconds = Duration.between(begin, end).toNanos() / 1e9;
      Cores spent = Cores.now().since(before);
      List<JsonNode> jobs = new ArrayList<>();
      client.list("/jobs", Map.of("survey_id", id), Long.MAX_VALUE, jobs::add);
      jobs.replaceAll(job -> client.get("/jobs/" + job.path("id").asText()));
      Breakdown.of(begin, jobs).lines().forEach(this::say);
      say("%s", spent.words(seconds, runs.size()));
      say(
          "peak disk of the node without its database %d MiB, %d unpacked references",
          peak.bytes() >> 20, peak.references());
      return seconds;
    }
  }

  private static String survey(NodeClient client, String source, ObjectNode parameters) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("source", source);
    body.set("parameters", parameters);
    return client.post("/surveys", body, Optional.empty()).path("id").asText();
  }

  private static ObjectNode reference() {
    ObjectNode genome = Json.MAPPER.createObjectNode();
    genome.put("species", SyntheticSpecies.NAME);
    genome.put("division", "EnsemblVertebrates");
    genome.put("release", SyntheticSpecies.RELEASE);
    return genome;
  }

  /** Waits for a survey and returns when it ended. */
  private static Instant await(NodeClient client, String id) {
    while (true) {
      JsonNode survey = client.get("/surveys/" + id);
      String state = survey.path("state").asText();
      if (state.equals("done")) {
        return Instant.parse(survey.path("finished_at").asText());
      }
      if (!state.equals("running")) {
        throw CommandFailure.failed(
            "the survey is %s: %s".formatted(state, survey.path("reason").asText("")));
      }
      Terminal.pause(LOOK);
    }
  }

  private static List<RunDesign> designs(int count) {
    List<RunDesign> designs = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      String number = String.format(Locale.ROOT, "%07d", 9_000_000 + i);
      designs.add(
          new RunDesign(
              "SRR" + number,
              "SAMN" + number,
              true,
              LENGTH,
              i % 2 == 0 ? "A" : "B",
              true,
              FRAGMENTS));
    }
    return designs;
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  private void say(String format, Object... values) {
    say(String.format(Locale.ROOT, format, values));
  }
}
