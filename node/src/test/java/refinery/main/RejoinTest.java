package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;

/** A node whose database is away for long starts over by itself, in the same process. */
class RejoinTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path temp;

  @Test
  void itStartsOverAtTheSameAddressAndItsJobsRunAgain() throws Exception {
    NodeProcess node = start(List.of());
    NodeClient client = new NodeClient(node.http(), Optional.of(token()));
    post(client);
    await().atMost(PATIENCE).until(() -> attempt(client) == 1);
    await().atMost(PATIENCE).until(() -> sleepers().size() == 1);
    ProcessHandle former = sleepers().getFirst();
    killDatabase();
    await().atMost(PATIENCE).until(() -> node.output().contains("refinery: rejoined http="));
    await().atMost(PATIENCE).ignoreExceptions().until(() -> attempt(client) >= 2);
    await("the end of what the former life ran").atMost(PATIENCE).until(() -> !former.isAlive());
    await().atMost(PATIENCE).until(() -> sleepers().size() == 1);
    int lives = lives(node);
    killDatabase();
    await().atMost(PATIENCE).until(() -> lives(node) > lives);
    node.terminate();
    assertThat(node.exitCode()).as("SIGTERM while it starts over").isZero();
    assertThat(sleepers()).isEmpty();
  }

  private static int lives(NodeProcess node) throws IOException {
    return node.output().split("It starts over in").length;
  }

  @Test
  void withNoRejoinItEnds() throws Exception {
    NodeProcess node = start(List.of("--no-rejoin"));
    killDatabase();
    assertThat(node.exitCode()).isEqualTo(1);
    assertThat(node.output()).contains("this node was given up");
  }

  private NodeProcess start(List<String> more) throws Exception {
    List<String> options =
        new java.util.ArrayList<>(List.of("--http", "127.0.0.1:0", "--management", "127.0.0.1:0"));
    options.addAll(List.of("--artery", "127.0.0.1:0"));
    options.addAll(List.of("--set", "refinery.cluster.rejoin.database-away=3s"));
    options.addAll(List.of("--set", "refinery.commands.enabled=true"));
    options.addAll(more);
    return NodeProcess.start(temp.resolve("node"), temp.resolve("output"), options, Map.of());
  }

  private String token() throws Exception {
    return Files.readString(temp.resolve("node/token")).strip();
  }

  private void killDatabase() throws Exception {
    Path pid = temp.resolve("node/postgres/data/postmaster.pid");
    ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).getFirst().strip()))
        .orElseThrow()
        .destroyForcibly();
  }

  private static void post(NodeClient client) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("pipeline", "command").put("count", 1);
    body.withArray("command").add("/bin/sleep").add("86398");
    client.post("/jobs", body, Optional.of("rejoin"));
  }

  private static int attempt(NodeClient client) {
    List<JsonNode> found = new java.util.ArrayList<>();
    client.list("/jobs", Map.of("state", "running"), 10, found::add);
    return found.isEmpty() ? 0 : found.getFirst().path("attempt").asInt();
  }

  private List<ProcessHandle> sleepers() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").endsWith("/sleep 86398"))
        .toList();
  }
}
