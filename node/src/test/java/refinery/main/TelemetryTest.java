package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.Fault;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;
import refinery.protocol.trace.TraceContext;
import refinery.protocol.trace.Tracing;
import refinery.testing.NodeProcess;
import refinery.testing.TraceCollector;

/** What a real node tells of itself while it works: metrics, lines of the log, traces. */
class TelemetryTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern NAME = Pattern.compile("\\b(?:refinery|jvm|process|system)_\\w+");

  /** What must be served, its type, and whether one survey moves it. */
  private static final List<Series> SERIES =
      List.of(
          new Series("refinery_entities", "gauge", true),
          new Series("refinery_transitions_total", "counter", true),
          new Series("refinery_queue_age_seconds_count", "histogram", true),
          new Series("refinery_queue_age_seconds_bucket", "histogram", true),
          new Series("refinery_placement_seconds_count", "histogram", true),
          new Series("refinery_placement_refusals_total", "counter", false),
          new Series("refinery_node_cpu_capacity_cores", "gauge", false),
          new Series("refinery_node_cpu_reserved_cores", "gauge", false),
          new Series("refinery_node_cpu_used_cores", "gauge", false),
          new Series("refinery_node_ram_capacity_bytes", "gauge", false),
          new Series("refinery_node_ram_reserved_bytes", "gauge", false),
          new Series("refinery_node_ram_used_bytes", "gauge", false),
          new Series("refinery_node_disk_capacity_bytes", "gauge", false),
          new Series("refinery_node_disk_reserved_bytes", "gauge", false),
          new Series("refinery_node_disk_used_bytes", "gauge", false),
          new Series("refinery_download_bytes_total", "counter", true),
          new Series("refinery_download_stalls_total", "counter", true),
          new Series("refinery_fallbacks_total", "counter", true),
          new Series("refinery_search_unsearchable_total", "counter", false),
          new Series("refinery_retries_total", "counter", true),
          new Series("refinery_journal_persist_seconds_count", "histogram", true),
          new Series("refinery_recovery_seconds_count", "histogram", true),
          new Series("refinery_shard_entities", "gauge", false),
          new Series("refinery_scheduler_mailbox", "gauge", false),
          new Series("refinery_http_server_requests_seconds_count", "histogram", true));

  /** What a download that stalls for seconds holds, and, of cpu, a step that lasts as long. */
  private static final List<String> RESERVED =
      List.of(
          "refinery_node_cpu_reserved_cores",
          "refinery_node_ram_reserved_bytes",
          "refinery_node_disk_reserved_bytes",
          "refinery_shard_entities");

  private record Series(String name, String type, boolean moves) {}

  @TempDir static Path temp;
  private static LocalArchive archive;
  private static TraceCollector collector;
  private static Map<String, String> settings;
  private static String survey;
  private static NodeProcess node;
  private static String before;
  private static final List<String> during = new ArrayList<>();
  private static String after;

  @BeforeAll
  static void refine() throws Exception {
    SyntheticSpecies species = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
    Path tree = ArchiveTree.write(temp.resolve("archive"), species, false);
    Path pipelines = Files.createDirectories(temp.resolve("pipelines"));
    Files.writeString(
        pipelines.resolve("no-op.conf"),
        """
        name = no-op
        version = "1"
        description = "Says that there was a run."
        inputs = [[reads], [reads_1, reads_2]]
        resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
        steps = [{ name = touch, command = [sh, -c, "sleep 1; touch out.txt"], stall = 1m, wall-time = 1m }]
        outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
        """);
    archive = LocalArchive.start(tree, 0);
    collector = new TraceCollector();
    settings = new HashMap<>(archive.configuration());
    settings.put("refinery.tracing.enabled", "true");
    settings.put("refinery.tracing.endpoint", collector.endpoint());
    settings.put("refinery.pipelines.directory", pipelines.toString());
    settings.put("refinery.log.format", "json");
    settings.put("refinery.transfer.stall-timeout", "2s");
    settings.put("refinery.http.ask-timeout", "60s");
    settings.put("refinery.archives.mirrors", mirrorOf("/vol1/fastq/SRR990/002"));
    node = NodeProcess.start(temp.resolve("node"), temp.resolve("output"), settings);
    NodeClient client = new NodeClient(node.http(), Optional.empty());
    before = scrape();
    archive.fault(Fault.once("^/vol1/.*/SRR99010003_1\\.fastq", Fault.Mode.STALL).with(5));
    archive.fault(Fault.once("^/vol1/.*/SRR990101_2\\.fastq", Fault.Mode.CORRUPT));
    archive.fault(Fault.once("^/vol1/.*/SRR9901002_2\\.fastq", Fault.Mode.STATUS).with(404));
    ObjectNode body = Json.MAPPER.createObjectNode().put("source", "ena");
    body.put("pipeline", "no-op");
    body.putObject("parameters").put("accession", "PRJNA990101");
    survey = client.post("/surveys", body, Optional.empty()).path("id").asText();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              during.add(scrape());
              return RESERVED.stream()
                  .allMatch(each -> during.stream().anyMatch(seen -> sum(seen, each) > 0));
            });
    await(client, "/surveys/" + survey);
    after = scrape();
  }

  /** The same server by its other name: what it has not is asked for there. */
  private static String mirrorOf(String path) {
    String there = archive.url() + path;
    return "[{of = \"%s\", at = [\"%s\"]}]"
        .formatted(there, there.replace("127.0.0.1", "localhost"));
  }

  private static void await(NodeClient client, String path) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> client.get(path).path("state").asText().equals("done"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (node != null) {
      node.stop();
    }
    collector.close();
    archive.close();
  }

  @Test
  void theMetricsHaveEachSeriesAndWorkMovesIt() {
    for (Series series : SERIES) {
      String base = series.name().replaceFirst("_(count|bucket)$", "");
      assertThat(after)
          .contains("# TYPE " + base + " " + series.type())
          .contains("# HELP " + base + " ");
      if (series.moves()) {
        assertThat(sum(after, series.name()))
            .as(series.name())
            .isGreaterThan(sum(before, series.name()));
      }
    }
    for (String reserved : RESERVED.subList(0, 3)) {
      String capacity = reserved.replace("reserved", "capacity");
      assertThat(during)
          .allSatisfy(
              seen -> assertThat(sum(seen, reserved)).isLessThanOrEqualTo(sum(seen, capacity)));
    }
    assertThat(sum(after, "refinery_node_cpu_capacity_cores")).isPositive();
    assertThat(sum(after, "refinery_node_ram_capacity_bytes")).isGreaterThan(1 << 20);
    assertThat(sum(after, "refinery_node_disk_capacity_bytes")).isGreaterThan(1 << 20);
    assertThat(after)
        .contains("refinery_transitions_total{entity=\"job\",from=\"running\",to=\"succeeded\"}")
        .contains("refinery_transitions_total{entity=\"batch\",from=\"processing\",to=\"done\"}")
        .contains("refinery_download_bytes_total{source=\"ena\"}")
        .contains("refinery_fallbacks_total{cause=\"absent\",from=\"ena\",to=\"ena\"} 1.0")
        .containsPattern("refinery_retries_total\\{cause=\"(corrupt|deferred)\"} [1-9]")
        .doesNotContain("batch-", "job-", "survey-");
  }

  @Test
  void dashboardAndAlertsAskOnlyForWhatIsServed() throws Exception {
    List<String> expressions = new ArrayList<>();
    JsonNode dashboard = Json.MAPPER.readTree(file("refinery.json"));
    dashboard
        .path("panels")
        .forEach(
            panel ->
                panel
                    .path("targets")
                    .forEach(target -> expressions.add(target.path("expr").asText())));
    assertThat(expressions).hasSizeGreaterThan(20).doesNotContain("");
    Matcher alert = Pattern.compile("(?m)^\\s+expr: (.+)$").matcher(file("alerts.yaml"));
    alert.results().forEach(found -> expressions.add(found.group(1)));
    Set<String> served = new TreeSet<>();
    after
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> served.add(line.split("[{ ]", 2)[0]));
    for (String expression : expressions) {
      List<String> names = NAME.matcher(expression).results().map(found -> found.group()).toList();
      assertThat(names).as(expression).isNotEmpty().isSubsetOf(served);
      Matcher labels = Pattern.compile("(\\w+)(?:\\{|$)\\{?([^}]*)}").matcher(expression);
      while (labels.find()) {
        for (String condition : labels.group(2).split(",(?=\\w+[=!])")) {
          String label = condition.split("[=!]", 2)[0].strip();
          assertThat(after)
              .as(expression)
              .containsPattern(labels.group(1) + "\\{[^}]*" + label + "=");
        }
      }
    }
  }

  @Test
  void theLogIsOneObjectALineWithTheIdsOfTheWork() throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(temp.resolve("output"))) {
      if (line.startsWith("{")) {
        lines.add(Json.MAPPER.readTree(line));
      } else {
        assertThat(line).as("the answer to who started it").startsWith("ready ");
      }
    }
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(Instant.parse(line.path("time").asText())).isBefore(Instant.now());
              assertThat(line.path("level").asText()).isIn("INFO", "WARN", "ERROR");
              assertThat(line.path("logger").asText()).isNotEmpty();
              assertThat(line.path("thread").asText()).isNotEmpty();
              assertThat(line.path("message").asText()).isNotEmpty();
            });
    assertThat(lines)
        .filteredOn(line -> line.path("message").asText().contains("_2.fastq"))
        .isNotEmpty()
        .allSatisfy(
            line -> {
              assertThat(line.path("node").asText()).startsWith("node-");
              assertThat(line.path("job").asText()).isNotEmpty();
              assertThat(line.path("batch").asText()).isNotEmpty();
              assertThat(line.path("attempt").asText()).matches("[12]"); // A slow transfer stalls.
            });
    assertThat(lines)
        .filteredOn(line -> line.has("survey"))
        .as("what is logged for the survey's own job")
        .isNotEmpty()
        .allSatisfy(
            line -> {
              assertThat(line.path("survey").asText()).isEqualTo(survey);
              assertThat(line.path("job").asText()).startsWith("job-");
            });
  }

  /** A client that traces itself finds what the node did for it below its own span. */
  @Test
  void aRequestBelongsToTheTraceOfItsClient() throws Exception {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    try (HttpClient http = HttpClient.newHttpClient()) {
      http.send(
          HttpRequest.newBuilder(URI.create(node.http() + "/api/v1/jobs/job-none/retry"))
              .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
              .POST(HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.discarding());
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                spans("POST /api/v1/jobs/{id}/retry").stream()
                    .anyMatch(span -> TraceCollector.id(span.getTraceId()).equals(trace)));
    assertThat(spans("POST /api/v1/jobs/{id}/retry"))
        .filteredOn(span -> TraceCollector.id(span.getTraceId()).equals(trace))
        .singleElement()
        .satisfies(
            span ->
                assertThat(TraceCollector.id(span.getParentSpanId()))
                    .isEqualTo("00f067aa0ba902b7"));
  }

  @Test
  void ofTracesOnlyThePartThatIsToBeKeptIsSent() {
    TracingConfig none = new TracingConfig(Optional.of(URI.create(collector.endpoint())), 0);
    try (OpenTelemetryTracing tracing = new OpenTelemetryTracing(none, "node-x", "1")) {
      Tracing.Span own = tracing.begin("left out", Tracing.Kind.SERVER, Optional.empty(), Map.of());
      assertThat(own.context().orElseThrow().isSampled()).isFalse();
      tracing
          .begin("left out, too", Tracing.Kind.SERVER, own.context(), Map.of())
          .end(Map.of(), Optional.empty());
      own.end(Map.of(), Optional.empty());
      tracing
          .begin(
              "kept, as its client keeps it",
              Tracing.Kind.SERVER,
              TraceContext.parse("00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b7-01"),
              Map.of())
          .end(Map.of(), Optional.empty());
    }
    assertThat(spans("kept, as its client keeps it")).hasSize(1);
    assertThat(spans("left out")).isEmpty();
    assertThat(spans("left out, too")).isEmpty();
  }

  @Test
  void whatARequestBeganIsOneTraceThatGoesOnAfterARestart() throws Exception {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                spans("process attempt").size() >= 3 && spans("POST /api/v1/surveys").size() == 1);
    Span request = spans("POST /api/v1/surveys").getFirst();
    assertThat(request.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(request.getParentSpanId().isEmpty()).isTrue();
    assertThat(attribute(request, "http.response.status_code")).isEqualTo("201");
    for (String attempt : List.of("survey attempt", "download attempt", "process attempt")) {
      assertThat(spans(attempt)).isNotEmpty().allSatisfy(span -> isBelow(span, request));
    }
    assertThat(spans("survey attempt")).hasSize(1);
    Span process = spans("process attempt").getFirst();
    assertThat(spans("touch"))
        .filteredOn(step -> step.getParentSpanId().equals(process.getSpanId()))
        .singleElement()
        .satisfies(step -> isBelow(step, process));
    String batch = attribute(process, "refinery.batch");
    assertThat(batch).startsWith("batch-");
    List<Span> downloads =
        spans("download attempt").stream()
            .filter(span -> attribute(span, "refinery.batch").equals(batch))
            .toList();
    Span last = downloads.getLast();
    assertThat(collector.spans())
        .filteredOn(span -> span.getParentSpanId().equals(last.getSpanId()))
        .isNotEmpty()
        .allSatisfy(file -> assertThat(file.getName()).matches("download .*fastq.gz"));
    assertThat(spans("download attempt"))
        .as("the one that got a bad copy")
        .anySatisfy(
            span -> {
              assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
              assertThat(span.getStatus().getMessage()).contains("bad copy");
            });
    assertThat(collector.services()).contains("service.name=refinery");

    node.stop();
    node = NodeProcess.start(temp.resolve("node"), temp.resolve("again"), settings);
    NodeClient client = new NodeClient(node.http(), Optional.empty());
    long processed = spans("process attempt").size();
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              reprocess(client, batch);
              return spans("process attempt").size() > processed;
            });
    assertThat(spans("process attempt").getLast())
        .satisfies(
            span -> {
              isBelow(span, request);
              assertThat(attribute(span, "refinery.batch")).isEqualTo(batch);
            });
  }

  /** Refused while it is under way, or while the node, which has just started, is slow. */
  private static void reprocess(NodeClient client, String batch) {
    try {
      client.post(
          "/batches/" + batch + "/reprocess", Json.MAPPER.createObjectNode(), Optional.empty());
    } catch (CommandFailure refused) {
      assertThat(refused).hasMessageMatching("(?s).*HTTP (409|503).*");
    }
  }

  private static List<Span> spans(String name) {
    return collector.spans().stream().filter(span -> span.getName().equals(name)).toList();
  }

  private static void isBelow(Span span, Span parent) {
    assertThat(TraceCollector.id(span.getTraceId()))
        .isEqualTo(TraceCollector.id(parent.getTraceId()));
    assertThat(span.getParentSpanId()).as(span.getName()).isEqualTo(parent.getSpanId());
    assertThat(span.getEndTimeUnixNano()).isGreaterThanOrEqualTo(span.getStartTimeUnixNano());
  }

  private static String attribute(Span span, String name) {
    return span.getAttributesList().stream()
        .filter(one -> one.getKey().equals(name))
        .map(one -> one.getValue().getStringValue())
        .findFirst()
        .orElse("");
  }

  private static String file(String name) throws Exception {
    return Files.readString(
        Path.of(System.getProperty("refinery.root", "..")).resolve("docs/grafana").resolve(name));
  }

  /** The sum of a series over its labels. */
  private static double sum(String scrape, String name) {
    return scrape
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static String scrape() throws Exception {
    URI address = URI.create(node.management() + "/metrics");
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
