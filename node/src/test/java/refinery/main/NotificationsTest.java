package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;
import refinery.testing.Receiver;
import refinery.testing.Receiver.Received;

/**
 * A real node tells a real receiver of the jobs it gives up. It is killed while the receiver is
 * down, and tells of them when it lives again.
 */
class NotificationsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path temp;

  @Test
  void failedJobsReachTheReceiverThoughTheNodeIsKilledBeforeItCouldTell() throws Exception {
    try (Receiver receiver = new Receiver()) {
      Map<String, String> settings =
          Map.of(
              "refinery.commands.enabled", "true",
              "refinery.notifications.webhook.url", receiver.url(),
              "refinery.notifications.poll", "100ms",
              "refinery.notifications.backoff.min", "50ms",
              "refinery.notifications.backoff.max", "200ms");
      NodeProcess node = NodeProcess.start(temp.resolve("node"), temp.resolve("out1"), settings);
      String first = fail(node, 1).getFirst();
      Awaitility.await().atMost(PATIENCE).until(() -> receiver.taken().size() == 1);
      Received told = receiver.received().getFirst();
      assertThat(told.delivery()).startsWith(first + ".");
      assertThat(told.body()).isEqualTo(served(node, first));
      JsonNode job = Json.MAPPER.readTree(told.body());
      assertThat(job.path("state").asText()).isEqualTo("failed");
      assertThat(job.path("failure").path("class").asText()).isEqualTo("permanent");
      assertThat(node.output()).contains(first + " was given up: permanent");

      receiver.answers(body -> 503);
      List<String> later = fail(node, 3);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> channel(node).path("failed_tries").asInt() > 0);
      node.kill();
      receiver.answers(body -> 200);
      NodeProcess again = NodeProcess.start(temp.resolve("node"), temp.resolve("out2"), settings);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> channel(again).path("delivered").asInt() == 4);
      assertThat(receiver.taken().stream().map(id -> id.replaceFirst("\\..*", "")))
          .hasSize(4)
          .startsWith(first)
          .containsAll(later);
      assertThat(text(URI.create(again.management() + "/metrics")))
          .contains("refinery_notifications_delivered_total{channel=\"webhook\"} 4.0");
      assertThat(again.stop()).isTrue();
    }
  }

  /** The ids of jobs that have failed. */
  private static List<String> fail(NodeProcess node, int count) {
    NodeClient client = new NodeClient(node.http(), Optional.empty());
    ObjectNode body = Json.MAPPER.createObjectNode().put("pipeline", "command").put("count", count);
    body.putArray("command").add("/bin/false");
    List<String> ids =
        Json.MAPPER.convertValue(
            client.post("/jobs", body, Optional.empty()).path("ids"),
            Json.MAPPER.getTypeFactory().constructCollectionType(List.class, String.class));
    for (String id : ids) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> client.get("/jobs/" + id).path("state").asText().equals("failed"));
    }
    return ids;
  }

  private static String served(NodeProcess node, String job) throws Exception {
    try (InputStream in =
        new NodeClient(node.http(), Optional.empty()).stream("/jobs/" + job, false)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static JsonNode channel(NodeProcess node) throws Exception {
    JsonNode state =
        Json.MAPPER.readTree(text(URI.create(node.management() + "/refinery/notifications")));
    for (JsonNode channel : state.path("channels")) {
      if (channel.path("channel").asText().equals("webhook")) {
        return channel;
      }
    }
    return Json.MAPPER.missingNode();
  }

  private static String text(URI address) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
