package refinery.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.SurveyProgress;
import refinery.client.Terminal;
import refinery.client.Units;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.Fault;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.RunDesign;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;

/**
 * Shows the whole work on one machine, from survey to results. Everything lies below one directory;
 * a second run there finds its surveys again and does nothing twice.
 */
public final class Demo {
  private static final String LABEL = "demo";

  /** ENA lists this run but does not have its files, so that NCBI must deliver it. */
  private static final String FALLBACK_RUN = "SRR9901002";

  /**
   * ENA delivers this run damaged once, and NCBI has no copy, so that only a second attempt
   * succeeds.
   */
  private static final String CORRUPT_RUN = "SRR99010003";

  private final PrintWriter out;
  private final DemoNode.Starter starter;

  public Demo(PrintWriter out, DemoNode.Starter starter) {
    this.out = out;
    this.starter = starter;
  }

  /**
   * Runs the demonstration and returns the exit code.
   *
   * @param port of HTTP; 0: a free one
   * @param stay true to keep the node running until Ctrl-C
   */
  public int run(Path dir, int port, boolean stay) throws InterruptedException {
    RequiredTools.ensure(out);
    long begin = System.nanoTime();
    try {
      say("Generating a species and six sequencing runs with known truth");
      SyntheticSpecies species = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
      Path tree = ArchiveTree.write(dir.resolve("archive"), species, true);
      try (LocalArchive archive = archive(dir, tree)) {
        faults(archive);
        say("Starting the local archive at " + archive.url() + " and a node");
        try (DemoNode node = starter.start(dir.resolve("node"), port, archive.configuration())) {
          int code = refine(node, species, dir);
          say("Took " + Units.time(Duration.ofNanos(System.nanoTime() - begin)));
          if (stay) {
            stay(node);
          }
          return code;
        }
      }
    } catch (IOException e) {
      throw CommandFailure.failed("the demo cannot use " + dir + ": " + e.getMessage());
    }
  }

  private int refine(DemoNode node, SyntheticSpecies species, Path dir) throws IOException {
    NodeClient client = new NodeClient(node.url(), Optional.empty());
    Instant start = Instant.now();
    ObjectNode genome = Json.MAPPER.createObjectNode();
    genome.put("species", SyntheticSpecies.NAME);
    genome.put("division", "EnsemblVertebrates");
    genome.put("release", SyntheticSpecies.RELEASE);
    String index = survey(client, "ensembl", genome);
    if (new SurveyProgress(client, out).follow(index) != 0) {
      return CommandFailure.WORK_FAILED;
    }
    ObjectNode projects = Json.MAPPER.createObjectNode();
    species.runs().stream()
        .map(RunDesign::project)
        .distinct()
        .forEach(projects.putArray("accession")::add);
    String runs = survey(client, "ena", projects);
    int code = new SurveyProgress(client, out).follow(runs);
    out.println();
    boolean good = new Results(client, species).print(out, runs);
    out.println();
    new RunsAsDataset(client, dir).of(runs).forEach(this::say);
    code = Math.max(code, report(client, runs, dir));
    summary(client, start);
    return good ? code : CommandFailure.WORK_FAILED;
  }

  private int report(NodeClient client, String runs, Path dir) {
    ObjectNode of = Json.MAPPER.createObjectNode().put("survey", runs);
    String report = survey(client, "report", of);
    int code = new SurveyProgress(client, out).follow(report);
    if (code == 0) {
      new RunsReport(client, dir).copy(out, report);
    }
    return code;
  }

  /**
   * Finds the survey of an earlier demonstration and retries it if it failed; otherwise posts a new
   * one.
   */
  private String survey(NodeClient client, String source, ObjectNode parameters) {
    List<JsonNode> earlier = new java.util.ArrayList<>();
    client.list(
        "/surveys",
        Map.of("source", source),
        1_000,
        survey -> {
          if (survey.path("labels").path(LABEL).asText().equals("1")) {
            earlier.add(survey);
          }
        });
    if (earlier.isEmpty()) {
      ObjectNode body = Json.MAPPER.createObjectNode();
      body.put("source", source);
      body.set("parameters", parameters);
      body.putObject("labels").put(LABEL, "1");
      say("Surveying " + source + " " + parameters);
      return client.post("/surveys", body, Optional.of("demo-1-" + source)).path("id").asText();
    }
    JsonNode survey = earlier.getFirst();
    String id = survey.path("id").asText();
    say("Found the earlier survey of " + source + ", " + survey.path("state").asText());
    if (List.of("failed", "done_with_failures").contains(survey.path("state").asText())) {
      client.act("/surveys/" + id + "/retry");
    }
    return id;
  }

  private void summary(NodeClient client, Instant start) {
    int[] ran = {0};
    client.list(
        "/jobs",
        Map.of(),
        100_000,
        job ->
            job.path("attempts")
                .forEach(
                    attempt -> {
                      String at = attempt.path("started_at").asText("");
                      if (!at.isEmpty() && !Instant.parse(at).isBefore(start)) {
                        ran[0]++;
                      }
                    }));
    out.println();
    say(
        ran[0] == 0
            ? "0 jobs run, everything already refined"
            : ran[0] + " attempts at jobs run; run the same command again: nothing is done twice");
  }

  /**
   * Starts the archive on the port of the last time, so that downloads which were interrupted find
   * it again.
   */
  private static LocalArchive archive(Path dir, Path tree) throws IOException {
    Path file = dir.resolve("archive-port");
    String last = Files.exists(file) ? Files.readString(file).strip() : "0";
    LocalArchive archive = bound(tree, last.matches("[0-9]{1,5}") ? Integer.parseInt(last) : 0);
    Files.writeString(file, Integer.toString(archive.port()));
    return archive;
  }

  private static LocalArchive bound(Path tree, int port) throws IOException {
    try {
      return LocalArchive.start(tree, port);
    } catch (BindException e) {
      return LocalArchive.start(tree, 0);
    }
  }

  private static void faults(LocalArchive archive) {
    archive.fault(
        Fault.always("^/vol1/fastq/.*" + FALLBACK_RUN + "_", Fault.Mode.STATUS).with(404));
    archive.fault(Fault.once("^/vol1/fastq/.*" + CORRUPT_RUN + "_1", Fault.Mode.CORRUPT));
    archive.fault(Fault.always("^/sra/" + CORRUPT_RUN + "/", Fault.Mode.STATUS).with(404));
  }

  private void stay(DemoNode node) throws InterruptedException {
    say("The node stays up at " + node.url() + " until Ctrl-C");
    CountDownLatch end = new CountDownLatch(1);
    while (!Terminal.pause(end, Duration.ofDays(1))) {
      out.flush();
    }
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
