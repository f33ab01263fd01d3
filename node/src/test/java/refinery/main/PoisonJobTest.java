package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;

/**
 * A job that ends every node on which it begins, on a real node that is started again each time.
 */
class PoisonJobTest {
  private static final Duration SILENCE = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir private Path temp;

  private static String post(NodeProcess node, List<String> command) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("pipeline", "command");
    command.forEach(body.putArray("command")::add);
    return client(node).post("/jobs", body, Optional.empty()).path("ids").get(0).asText();
  }

  private static boolean isFailed(NodeProcess node, String job) {
    try {
      return client(node).get("/jobs/" + job).path("state").asText().equals("failed");
    } catch (CommandFailure itIsDying) {
      return false;
    }
  }

  /**
   * Longer than what counts as its start: of the three deaths it meets two as it begins, at most.
   */
  private static boolean hasRunForLong(NodeProcess node, String job) {
    JsonNode started = client(node).get("/jobs/" + job).path("started_at");
    return started.isTextual()
        && Duration.between(Instant.parse(started.asText()), Instant.now()).toMillis() > 2_000;
  }

  private static NodeClient client(NodeProcess node) {
    return new NodeClient(node.http(), Optional.empty());
  }

  @Test
  void isGivenUpAfterThreeAndItsNeighbourIsNot() throws Exception {
    Map<String, String> settings =
        Map.of(
            "refinery.commands.enabled",
            "true",
            "refinery.retry.node-ended.spread",
            "3s",
            "refinery.scheduling.silence",
            SILENCE.toSeconds() + "s");
    NodeProcess node = NodeProcess.start(temp.resolve("node"), temp.resolve("out-0"), settings);
    String neighbour = post(node, List.of("/bin/sleep", "6"));
    Awaitility.await().atMost(PATIENCE).until(() -> hasRunForLong(node, neighbour));
    String poison = post(node, List.of("/bin/sh", "-c", "kill -9 $PPID"));
    NodeProcess last = node;
    for (int life = 1; life == 1 || !isFailed(last, poison); life++) {
      assertThat(life).as("a machine may be slow at a start or two, not always").isLessThan(8);
      NodeProcess dying = last;
      Awaitility.await().atMost(PATIENCE).until(() -> !dying.isAlive());
      Path output = temp.resolve("out-" + life);
      try {
        last = NodeProcess.start(temp.resolve("node"), output, settings);
        NodeProcess next = last;
        Awaitility.await().atMost(PATIENCE).until(() -> !next.isAlive() || isFailed(next, poison));
      } catch (AssertionError early) {
        // It may be killed before it says that it serves.
        assertThat(early).hasMessageStartingWith("the node ended with 137");
      }
    }
    NodeProcess living = last;
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                client(living)
                    .get("/jobs/" + neighbour)
                    .path("state")
                    .asText()
                    .equals("succeeded"));
    JsonNode job = client(living).get("/jobs/" + poison);
    assertThat(job.path("state").asText()).isEqualTo("failed");
    assertThat(job.path("attempt").asInt()).isGreaterThanOrEqualTo(3);
    assertThat(job.path("failure").path("message").asText()).matches("ended [3-8] nodes.*");
    aPauseOfALoneNodeLosesNothing(living);
    assertThat(living.stop()).isTrue();
  }

  /** As a laptop that sleeps: what runs is not called lost by a scheduler that did not listen. */
  private static void aPauseOfALoneNodeLosesNothing(NodeProcess node) throws Exception {
    String job = post(node, List.of("/bin/sleep", "5"));
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> client(node).get("/jobs/" + job).path("state").asText().equals("running"));
    node.signal("STOP");
    Awaitility.await().atMost(PATIENCE).pollDelay(SILENCE.multipliedBy(2)).until(() -> true);
    node.signal("CONT");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> client(node).get("/jobs/" + job).path("state").asText().equals("succeeded"));
    assertThat(client(node).get("/jobs/" + job).path("attempt").asInt()).isEqualTo(1);
  }
}
