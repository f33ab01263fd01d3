package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.http.access.BearerToken;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;

/**
 * A real node is given marked secrets of every kind, works, and is searched for them: what it says,
 * what it stores (the files of its database, too), what it answers, command lines, and what its
 * tools see.
 */
class SecretsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String MARK = "MARKEDSECRET";
  private static final String TOKEN = MARK + "-token-of-ci";

  @TempDir private Path temp;

  private static Map<String, String> environment() {
    Map<String, String> secrets = new HashMap<>();
    for (String name :
        List.of(
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "REFINERY_NOTIFICATIONS_WEBHOOK_TOKEN",
            "REFINERY_NOTIFICATIONS_WEBHOOK_SECRET",
            "REFINERY_DB_PASSWORD",
            "REFINERY_TOKEN")) {
      secrets.put(name, MARK + "-" + name);
    }
    secrets.put("REFINERY_ARCHIVES_NCBI_API_KEY", MARK + "NCBI");
    String nowhere = "http://127.0.0.1:1/" + MARK;
    secrets.put("REFINERY_NOTIFICATIONS_WEBHOOK_URL", nowhere + "-webhook-url");
    secrets.put("REFINERY_NOTIFICATIONS_SLACK_URL", nowhere + "-slack-url");
    return secrets;
  }

  @Test
  void noSecretIsSaidStoredAnsweredOrHandedOn() throws Exception {
    Path config = temp.resolve("secret.conf");
    Files.createFile(
        config, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        config,
        """
        refinery.http.auth.tokens = ["%s"]
        refinery.archives.files.directories = ["%s"]
        refinery.pipelines.directory = "%s"
        """
            .formatted(TOKEN, temp, pipelines()));
    List<String> options =
        List.of(
            "--http",
            "127.0.0.1:0",
            "--management",
            "127.0.0.1:0",
            "--artery",
            "127.0.0.1:0",
            "--config",
            config.toString(),
            "--set",
            "refinery.commands.enabled=true");
    Path dir = temp.resolve("node");
    NodeProcess node = NodeProcess.start(dir, temp.resolve("out"), options, environment());
    List<String> answers = new ArrayList<>();
    try {
      NodeClient client = new NodeClient(node.http(), Optional.of(TOKEN));
      String printed = ended(client, "/usr/bin/env");
      String failed = ended(client, "/bin/false");
      String batch = refined(client);
      assertThat(text(client, "/jobs/" + printed + "/log")).contains("REFINERY_ATTEMPT=");
      for (String path :
          List.of(
              "/jobs/" + printed,
              "/jobs/" + printed + "/history",
              "/jobs/" + printed + "/log",
              "/jobs/" + failed,
              "/stats",
              "/audit",
              "/session",
              "/nodes",
              "/pipelines",
              "/sources",
              batch,
              batch + "/history")) {
        answers.add(text(client, path));
      }
      answers.addAll(whatIsToldOf(client, batch));
      for (String path :
          List.of(
              "/metrics",
              "/refinery/scheduler",
              "/refinery/foreman",
              "/refinery/notifications",
              "/refinery/entities/job/" + printed)) {
        answers.add(management(node, path));
      }
      refused(node);
      answers.add(changedTokens(client, config));
      assertThat(commandLines(dir)).hasSizeGreaterThan(1).noneMatch(line -> line.contains(MARK));
      theirEnvironmentIsTheOwnersAlone(node, dir);
    } finally {
      assertThat(node.stop()).isTrue();
    }
    assertThat(answers).noneMatch(text -> text.contains(MARK));
    assertThat(node.output()).doesNotContain(MARK);
    assertThat(filesWith(dir)).isEmpty();
  }

  /** What the tools of pipelines see becomes an artifact. */
  private Path pipelines() throws IOException {
    Path pipelines = Files.createDirectories(temp.resolve("pipelines"));
    Files.writeString(
        pipelines.resolve("tells.conf"),
        """
        name = tells
        version = "1"
        description = "Its environment."
        inputs = [[reads]]
        resources { cpu = "0.1", memory = "16MiB", disk = "1MiB + input" }
        steps = [{
          name = tells, stall = 1m, wall-time = 1m
          command = [sh, -c, "env > env.txt; echo told"]
        }]
        outputs = [{ name = env.txt, file = env.txt, media-type = text/plain }]
        """);
    return pipelines;
  }

  /** The path of a batch that was refined here. */
  private String refined(NodeClient client) throws IOException {
    Path reads = temp.resolve("reads.fastq.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(reads))) {
      out.write("@1\nACGT\n+\nIIII\n".getBytes(StandardCharsets.US_ASCII));
    }
    ObjectNode survey =
        Json.MAPPER.createObjectNode().put("source", "files").put("pipeline", "tells");
    survey.putObject("parameters").put("table", "sample,reads_1\none," + reads + "\n");
    client.post("/surveys", survey, Optional.empty());
    return Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              List<JsonNode> done = new ArrayList<>();
              client.list("/batches", Map.of("state", "done"), 1, done::add);
              return done.stream()
                  .map(found -> "/batches/" + found.path("id").asText())
                  .findFirst();
            },
            Optional::isPresent)
        .orElseThrow();
  }

  /** Its artifacts, the provenance among them, and all that lies in its crate. */
  private static List<String> whatIsToldOf(NodeClient client, String batch) throws IOException {
    List<String> told = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (JsonNode artifact : client.get(batch).path("artifacts")) {
      names.add(artifact.path("name").asText());
      told.add(text(client, "/artifacts/" + artifact.path("sha256").asText()));
    }
    assertThat(names).contains("env.txt");
    told.add(text(client, batch + "/provenance"));
    assertThat(told).anyMatch(text -> text.contains("REFINERY_ATTEMPT="));
    try (ZipInputStream crate = new ZipInputStream(client.stream(batch + "/crate", false))) {
      for (ZipEntry entry = crate.getNextEntry(); entry != null; entry = crate.getNextEntry()) {
        names.add(entry.getName());
        told.add(new String(crate.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    assertThat(names).contains("ro-crate-metadata.json");
    return told;
  }

  /** Of the node and of its database: what was given to the node by it must be there. */
  private static void theirEnvironmentIsTheOwnersAlone(NodeProcess node, Path dir)
      throws Exception {
    String database =
        Files.readAllLines(dir.resolve("postgres/data/postmaster.pid")).getFirst().strip();
    for (String pid : List.of(Long.toString(node.pid()), database)) {
      Path process = Path.of("/proc", pid);
      Path environment = process.resolve("environ");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(environment)))
          .isEqualTo("r--------");
      assertThat(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1))
          .doesNotContain(MARK);
      if ("root".equals(System.getProperty("user.name"))) {
        Process nobody =
            new ProcessBuilder(
                    "setpriv",
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    "cat",
                    environment.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(nobody.inputReader().lines()).singleElement().asString().contains("denied");
        assertThat(nobody.waitFor()).isEqualTo(1);
      }
    }
  }

  private static String ended(NodeClient client, String command) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("pipeline", "command").put("count", 1);
    body.putArray("command").add(command);
    String id = client.post("/jobs", body, Optional.empty()).path("ids").path(0).asText();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                List.of("succeeded", "failed")
                    .contains(client.get("/jobs/" + id).path("state").asText()));
    return id;
  }

  private static String text(NodeClient client, String path) throws IOException {
    try (InputStream in = client.stream(path, false)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String management(NodeProcess node, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(node.management() + path))
                  .header("Authorization", "Bearer " + TOKEN)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      return answer.body();
    }
  }

  /** What the audit log says when the configuration has one more. */
  private static String changedTokens(NodeClient client, Path config) throws IOException {
    String more =
        "refinery.http.auth.tokens += {name = robot, scope = read, sha256 = \"%s\"}%n"
            .formatted(BearerToken.sha256(MARK + "-token-of-a-robot"));
    Files.writeString(config, more, StandardOpenOption.APPEND);
    JsonNode noted =
        Awaitility.await()
            .atMost(PATIENCE)
            .until(
                () -> client.get("/audit?kind=system").path("items").path(0),
                entry -> !entry.isMissingNode());
    assertThat(noted.path("action").asText()).isEqualTo("change tokens");
    assertThat(noted.path("detail").asText())
        .isEqualTo("from token-1 (admin) to token-1 (admin), robot (read)");
    return noted.toString();
  }

  /** Requests that are refused while they carry a secret. */
  private static void refused(NodeProcess node) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI session = URI.create(node.http() + "/api/v1/session");
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(session)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString("{\"token\":\"" + TOKEN + "x\"}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).doesNotContain(MARK);
      JsonNode problem = Json.MAPPER.readTree(answer.body());
      assertThat(problem.path("status").asInt()).isEqualTo(401);
    }
  }

  /** Of all processes that have to do with this directory. */
  private static List<String> commandLines(Path dir) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process :
          processes.filter(path -> path.getFileName().toString().matches("\\d+")).toList()) {
        try {
          String line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
          if (line.contains(dir.toString())) {
            lines.add(line);
          }
        } catch (IOException ended) {
          continue;
        }
      }
    }
    return lines;
  }

  private static List<Path> filesWith(Path dir) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(dir)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.toString().contains("/binaries/")
            && Files.readString(file, StandardCharsets.ISO_8859_1).contains(MARK)) {
          found.add(dir.relativize(file));
        }
      }
    }
    return found;
  }
}
