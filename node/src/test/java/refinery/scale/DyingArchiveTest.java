package refinery.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.localarchive.LocalArchive;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;

/**
 * An archive dies in the middle of many downloads and comes back: no job fails, no file is sought
 * elsewhere, and while it is away it is asked by single probes. {@code -Drefinery.downloads=200
 * -Drefinery.dead=120} (seconds, with the breaker as shipped) is the whole measure.
 */
class DyingArchiveTest {
  private static final int DOWNLOADS = Integer.getInteger("refinery.downloads", 40);
  private static final int DEAD = Integer.getInteger("refinery.dead", 0);
  private static final int PROBES = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(6);
  private static final String PIPELINE =
      """
      name = no-op
      version = "1"
      description = "Says that there was a run."
      inputs = [[reads], [reads_1, reads_2]]
      resources { cpu = "0.02", memory = "16MiB", disk = "1MiB + input" }
      steps = [{ name = touch, command = [touch, out.txt], stall = 1m, wall-time = 1m }]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;

  @TempDir Path temp;

  /** Takes connections where the archive was, counts them, and ends each at once. */
  private static final class DeadDoor implements AutoCloseable {
    private final AtomicInteger knocks = new AtomicInteger();
    private final ServerSocket door;
    private final Thread listener;

    DeadDoor(int port) throws IOException {
      door = new ServerSocket(port, 200, InetAddress.getLoopbackAddress());
      listener = Thread.ofVirtual().start(this::listen);
    }

    private void listen() {
      while (!door.isClosed()) {
        try (Socket knocking = door.accept()) {
          knocks.incrementAndGet();
          knocking.setSoLinger(true, 0);
        } catch (IOException closed) {
          // The next look at the door says whether it is closed.
        }
      }
    }

    /** The address is free when the listener is gone, which a close does not wait for. */
    @Override
    public void close() throws IOException, InterruptedException {
      door.close();
      listener.join();
    }
  }

  @Test
  void noJobFailsAndNoStormBreaksOutWhileAnArchiveIsAway() throws Exception {
    Path tree = StudyArchive.write(temp.resolve("archive"), List.of(DOWNLOADS), false);
    Path pipelines = Files.createDirectories(temp.resolve("pipelines"));
    Files.writeString(pipelines.resolve("no-op.conf"), PIPELINE);
    LocalArchive archive = LocalArchive.start(tree, 0);
    int port = URI.create(archive.url()).getPort();
    Map<String, String> settings = new HashMap<>(archive.configuration());
    settings.put("refinery.pipelines.directory", pipelines.toString());
    if (DEAD == 0) {
      settings.put("refinery.transfer.breaker.first-pause", "100ms");
      settings.put("refinery.transfer.breaker.longest-pause", "400ms");
    }
    NodeProcess node = NodeProcess.start(temp.resolve("node"), temp.resolve("output"), settings);
    NodeClient client = new NodeClient(node.http(), Optional.empty());
    String survey = post(client);
    until(
        () ->
            client.get("/jobs?kind=download&state=succeeded&limit=1000").path("items").size()
                >= Math.min(1_000, DOWNLOADS / 5));
    archive.close();
    int knocks;
    try (DeadDoor door = new DeadDoor(port)) {
      until(() -> isAway(node));
      int before = door.knocks.get();
      if (DEAD == 0) {
        until(() -> door.knocks.get() >= before + PROBES);
      } else {
        Awaitility.await()
            .pollDelay(Duration.ofSeconds(DEAD))
            .atMost(PATIENCE)
            .until(() -> isAway(node));
      }
      assertThat(client.get("/surveys/" + survey).path("state").asText()).isEqualTo("running");
      knocks = door.knocks.get();
      System.out.printf(
          "%d downloads, %d done when the archive died; %d requests until it was away, %d in all%n",
          DOWNLOADS, done(client, survey), before, knocks);
      // What was on its way when it died, at most as many as may be, then one probe at a time.
      assertThat(before).isLessThanOrEqualTo(30);
      assertThat(knocks).isLessThanOrEqualTo(before + PROBES + 30);
    }
    try (LocalArchive back = LocalArchive.start(tree, port)) {
      until(() -> !client.get("/surveys/" + survey).path("state").asText().equals("running"));
      assertThat(client.get("/surveys/" + survey).path("state").asText()).isEqualTo("done");
      assertThat(done(client, survey)).isEqualTo(DOWNLOADS);
      client.list(
          "/jobs",
          Map.of("kind", "download"),
          DOWNLOADS * 2,
          job -> assertThat(job.path("state").asText()).isEqualTo("succeeded"));
      client.list(
          "/batches",
          Map.of("survey_id", survey),
          DOWNLOADS * 2,
          batch ->
              assertThat(batch.path("facts").path("delivered_from").asText("ena"))
                  .as("no file was sought elsewhere")
                  .isEqualTo("ena"));
      assertThat(back.requests()).noneMatch(request -> request.target().startsWith("/sra/"));
      assertThat(node.stop()).isTrue();
    }
  }

  private static String post(NodeClient client) {
    ObjectNode survey =
        Json.MAPPER.createObjectNode().put("source", "ena").put("pipeline", "no-op");
    survey.putObject("parameters").put("accession", StudyArchive.accession(0));
    return client.post("/surveys", survey, Optional.empty()).path("id").asText();
  }

  private static long done(NodeClient client, String survey) {
    return client.get("/surveys/" + survey).path("batches").path("done").asLong();
  }

  private static boolean isAway(NodeProcess node) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      String text =
          http.send(
                  HttpRequest.newBuilder(URI.create(node.management() + "/refinery/scheduler"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      for (JsonNode host : Json.MAPPER.readTree(text).path("hosts")) {
        if (List.of("away", "probed").contains(host.path("state").asText())) {
          return true;
        }
      }
      return false;
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void until(Condition condition) {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(condition::holds);
  }
}
