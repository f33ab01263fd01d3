package refinery.scale;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Terminal;
import refinery.database.DatabaseAddress;
import refinery.database.EmbeddedPostgres;
import refinery.files.TreeRemoval;
import refinery.localarchive.LocalArchive;
import refinery.protocol.Json;

/**
 * Measures surveys of growing size, one after the other on one new node, the smallest first. Then
 * that node is killed, its journal is read, and it is started once for each survey, which has to
 * recover. Works in a new directory, which is removed at the end.
 */
public final class SurveyScale {
  private static final String PIPELINE = "no-op";
  private static final String TEXT =
      """
      name = no-op
      version = "1"
      description = "Says that there was a run."
      inputs = [[reads], [reads_1, reads_2]]
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = touch, command = [touch, out.txt], stall = 1m, wall-time = 1m }]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final PrintWriter out;

  /**
   * @param batches number of batches of each survey
   * @param skipped true if runs are recorded as skipped instead of being processed as no-ops
   * @param warmUp batches of a first survey, which is not measured
   */
  public record Plan(List<Integer> batches, boolean skipped, int warmUp) {
    public Plan {
      batches = batches.stream().sorted().toList();
    }
  }

  /** A survey that has ended, with what the running node showed of it. */
  private record Ended(
      String id,
      int batches,
      SurveyWatch.Seen seen,
      MeasuredNode.Cpu cpu,
      Instant from,
      Instant until) {}

  public SurveyScale(PrintWriter out) {
    this.out = out;
  }

  public void run(Path parent, Plan plan) throws InterruptedException {
    try {
      Files.createDirectories(parent);
      Path dir = Files.createTempDirectory(parent.toAbsolutePath().normalize(), "survey");
      try {
        Figures.table(measure(dir, plan)).forEach(this::say);
      } finally {
        TreeRemoval.remove(dir);
      }
    } catch (IOException | SQLException e) {
      throw CommandFailure.failed("bench survey: " + e.getMessage());
    }
  }

  private List<Figures> measure(Path dir, Plan plan)
      throws IOException, InterruptedException, SQLException {
    List<Integer> sizes = new ArrayList<>(List.of(plan.warmUp()));
    sizes.addAll(plan.batches());
    say("Writing an archive with studies of " + plan.batches() + " runs");
    Path tree = StudyArchive.write(dir.resolve("archive"), sizes, plan.skipped());
    Path pipelines = Files.createDirectories(dir.resolve("pipelines"));
    Files.writeString(pipelines.resolve(PIPELINE + ".conf"), TEXT);
    Path home = dir.resolve("node");
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("refinery.pipelines.directory", pipelines.toString());
    List<Ended> ended;
    try (LocalArchive archive = LocalArchive.start(tree, 0)) {
      settings.putAll(archive.configuration());
      ended = surveys(home, settings, sizes, archive);
    }
    Ended warmUp = ended.getFirst();
    List<Ended> measured = ended.subList(1, ended.size());
    List<StoredSurvey> stored = stored(home, ended);
    List<Figures> figures = new ArrayList<>();
    for (int i = 0; i < measured.size(); i++) {
      Ended survey = measured.get(i);
      double recovery = recovery(home, settings, warmUp.id(), survey.id());
      figures.add(
          new Figures(survey.batches(), survey.seen(), survey.cpu(), stored.get(i + 1), recovery));
    }
    return figures;
  }

  /**
   * Runs the surveys; the first one warms the node up. The node is killed after the last has ended.
   */
  private List<Ended> surveys(
      Path home, Map<String, String> settings, List<Integer> sizes, LocalArchive archive)
      throws IOException, InterruptedException {
    MeasuredNode node = MeasuredNode.start(home, settings);
    try {
      List<Ended> ended = new ArrayList<>();
      for (int study = 0; study < sizes.size(); study++) {
        say((study == 0 ? "Warm-up: " : "Survey of ") + sizes.get(study) + " runs");
        OptionalLong before = node.heapInUse();
        long asked = portalRequests(archive);
        ended.add(survey(node, study, sizes.get(study)));
        say("  %d requests to the portal".formatted(portalRequests(archive) - asked));
        OptionalLong after = node.heapInUse();
        if (before.isPresent() && after.isPresent()) {
          say(
              "  the node's heap in use grew by %d MiB"
                  .formatted((after.getAsLong() - before.getAsLong()) >> 20));
        }
      }
      return ended;
    } finally {
      node.kill();
    }
  }

  /** Requests for lists of runs, among the last that the archive remembers. */
  private static long portalRequests(LocalArchive archive) {
    return archive.requests().stream()
        .filter(seen -> seen.target().startsWith("/ena/portal/"))
        .count();
  }

  private Ended survey(MeasuredNode node, int study, int runs) throws IOException {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("source", "ena");
    body.put("pipeline", PIPELINE);
    body.putObject("parameters").putArray("accession").add(StudyArchive.accession(study));
    NodeClient client = node.client();
    Instant from = Instant.now();
    MeasuredNode.Cpu before = node.cpu();
    long begin = System.nanoTime();
    String id = client.post("/surveys", body, Optional.empty()).path("id").asText();
    SurveyWatch.Seen seen = new SurveyWatch(client, out).follow(id, runs, begin);
    MeasuredNode.Cpu cpu = node.cpu().since(before);
    say(
        String.format(
            Locale.ROOT,
            "  ended after %.1f s, %.2f ms a batch; cpu %.2f ms a batch",
            seen.ended(),
            seen.ended() * 1000 / runs,
            (cpu.node() + cpu.database()) * 1000 / runs));
    return new Ended(id, runs, seen, cpu, from, Instant.now());
  }

  /**
   * Reads all surveys from the journal. The first one, the warm-up, also pays for about a megabyte
   * of class data that the first reading leaves on the heap.
   */
  private List<StoredSurvey> stored(Path home, List<Ended> ended) throws SQLException {
    say("Reading the journal");
    List<StoredSurvey> stored = new ArrayList<>();
    try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {
      DatabaseAddress address = server.address();
      try (Connection connection =
          DriverManager.getConnection(address.url(), address.user(), address.password())) {
        for (Ended survey : ended) {
          stored.add(StoredSurvey.read(connection, survey.id(), survey.from(), survey.until()));
        }
      }
    }
    return stored;
  }

  /**
   * Seconds until a survey has recovered. It is asked by a retry, which changes nothing in a survey
   * that is done and which only its entity can answer.
   *
   * @param other asked first, because a new node takes a moment to find entities
   */
  private double recovery(Path home, Map<String, String> settings, String other, String id)
      throws IOException, InterruptedException {
    say("Recovery of " + id);
    MeasuredNode node = MeasuredNode.start(home, settings);
    try {
      answer(node.client(), other);
      return answer(node.client(), id);
    } finally {
      node.kill();
    }
  }

  /** Seconds until the survey's entity has answered. */
  private static double answer(NodeClient client, String id) {
    long begin = System.nanoTime();
    while (!answers(client, id)) {
      if (System.nanoTime() - begin > PATIENCE.toNanos()) {
        throw CommandFailure.failed("the survey " + id + " does not recover");
      }
      Terminal.pause(PAUSE);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  private static boolean answers(NodeClient client, String id) {
    try {
      client.act("/surveys/" + id + "/retry");
      return true;
    } catch (CommandFailure notYet) {
      return false;
    }
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
