package refinery.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.program.NodeProgram;
import refinery.protocol.Json;
import refinery.web.BoundedCall;

/** The nodes, their network, database and shared storage, all below one directory. Thread-safe. */
final class ChaosCluster implements AutoCloseable {
  static final long CPU = 4_000;
  static final long MEMORY = 2L << 30;

  private final Path dir;
  private final Map<String, String> more;
  private final Wires wires = new Wires();
  private final ChaosDatabase database;
  private final List<ChaosNode> nodes = new ArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  /**
   * @param size members of the cluster; one more node is prepared, which joins only when asked to
   * @param more settings of every node
   */
  ChaosCluster(Path dir, int size, Map<String, String> more) throws IOException {
    this.dir = dir;
    this.more = Map.copyOf(more);
    Files.createDirectories(dir);
    Pipelines.write(dir.resolve("pipelines"), writeLog());
    database = new ChaosDatabase(dir.resolve("database"));
    List<Integer> bound = new ArrayList<>();
    List<Integer> known = new ArrayList<>();
    for (int node = 0; node <= size; node++) {
      int port = freePort();
      bound.add(port);
      known.add(wires.toNode(node, () -> port));
    }
    String seeds =
        String.join(",", known.subList(0, size).stream().map(port -> "127.0.0.1:" + port).toList());
    for (int node = 0; node <= size; node++) {
      int relay = wires.toDatabase(node, database::port);
      nodes.add(
          new ChaosNode(
              node,
              dir.resolve("node-" + node),
              command(node, seeds, known.get(node), bound.get(node), relay),
              Map.of("REFINERY_DB_PASSWORD", database.password()),
              known.get(node)));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private List<String> command(int node, String seeds, int known, int bound, int relay) {
    List<String> jvm = new ArrayList<>(NodeProgram.small("320m"));
    jvm.add("-XX:+UseSerialGC");
    List<String> options = new ArrayList<>();
    options.addAll(List.of("--dir", dir.resolve("node-" + node).toString()));
    options.addAll(List.of("--http", "127.0.0.1:0", "--management", "127.0.0.1:0"));
    options.addAll(List.of("--artery", "127.0.0.1:" + known, "--join", seeds));
    options.addAll(
        List.of(
            "--db",
            "jdbc:postgresql://127.0.0.1:" + relay + "/refinery?user=" + database.user(),
            "--cpus",
            Long.toString(CPU / 1_000),
            "--memory",
            MEMORY / (1 << 20) + "MiB"));
    settings(node, bound)
        .forEach((key, value) -> options.addAll(List.of("--set", key + "=" + value)));
    return NodeProgram.command(jvm, options);
  }

  /** Settings that say where things are; for all others the shipped ones hold. */
  private Map<String, String> settings(int node, int bound) {
    Map<String, String> settings = new LinkedHashMap<>(more);
    settings.put("refinery.commands.enabled", "true");
    settings.put("akka.remote.artery.bind.hostname", "127.0.0.1");
    settings.put("akka.remote.artery.bind.port", Integer.toString(bound));
    settings.put("akka.remote.artery.advanced.tcp.outbound-client-hostname", Wires.address(node));
    settings.put("refinery.storage.temporary", temporary().toUri().toString());
    settings.put("refinery.storage.permanent", permanent().toUri().toString());
    settings.put("refinery.pipelines.directory", dir.resolve("pipelines").toString());
    settings.put("refinery.scheduling.tokens.\"chaos:slot\"", Integer.toString(Workload.SLOTS));
    return settings;
  }

  Path dir() {
    return dir;
  }

  /** The file to which the jobs' processes write what they do. */
  Path writeLog() {
    return dir.resolve("writes.log");
  }

  Path temporary() {
    return dir.resolve("storage/temporary");
  }

  Path permanent() {
    return dir.resolve("storage/permanent");
  }

  ChaosDatabase database() {
    return database;
  }

  Wires wires() {
    return wires;
  }

  /** All nodes; the one that joins later is the last. */
  List<ChaosNode> nodes() {
    return List.copyOf(nodes);
  }

  List<ChaosNode> members() {
    return nodes.stream().filter(ChaosNode::isWanted).toList();
  }

  void tend() throws IOException {
    for (ChaosNode node : nodes) {
      node.tend();
    }
  }

  /** The node that hosts the singletons, as the first node that answers says. */
  Optional<ChaosNode> oldest() {
    for (ChaosNode node : members()) {
      Optional<JsonNode> answer =
          node.management().flatMap(url -> get(url + "/cluster/members", Duration.ofSeconds(3)));
      String oldest = answer.map(found -> found.path("oldest").asText()).orElse("");
      for (ChaosNode other : members()) {
        if (oldest.endsWith(":" + other.arteryPort())) {
          return Optional.of(other);
        }
      }
    }
    return Optional.empty();
  }

  /** The id of a node. */
  Optional<String> id(ChaosNode node) {
    return members().stream()
        .flatMap(other -> other.http().stream())
        .flatMap(url -> get(url + "/api/v1/nodes", Duration.ofSeconds(3)).stream())
        .flatMap(list -> stream(list.path("items")))
        .filter(item -> item.path("address").asText().endsWith(":" + node.arteryPort()))
        .map(item -> item.path("id").asText())
        .findFirst();
  }

  private static java.util.stream.Stream<JsonNode> stream(JsonNode items) {
    return java.util.stream.StreamSupport.stream(items.spliterator(), false);
  }

  /** A response of a node with any status. */
  record Answer(int status, String text) {
    boolean isGood() {
      return status / 100 == 2;
    }

    JsonNode json() {
      try {
        return Json.MAPPER.readTree(text);
      } catch (JsonProcessingException e) {
        return MissingNode.getInstance();
      }
    }
  }

  Optional<JsonNode> get(String url, Duration atMost) {
    return send(HttpRequest.newBuilder(URI.create(url)).build(), atMost)
        .filter(Answer::isGood)
        .map(Answer::json);
  }

  /** The response to a POST; empty unless its status is 2xx. */
  Optional<JsonNode> post(String url, String body, Map<String, String> headers, Duration atMost) {
    return answer(url, body, headers, atMost).filter(Answer::isGood).map(Answer::json);
  }

  Optional<Answer> answer(String url, String body, Map<String, String> headers, Duration atMost) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    return send(request.build(), atMost);
  }

  /** The token that all nodes share; each has written it into its directory. */
  private Optional<String> token() {
    for (ChaosNode node : nodes) {
      Path file = node.dir().resolve("token");
      if (Files.exists(file)) {
        try {
          return Optional.of(Files.readString(file).strip());
        } catch (IOException beingReplaced) {
          continue;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Answer> send(HttpRequest request, Duration atMost) {
    try {
      HttpResponse<String> response =
          BoundedCall.send(http, request, atMost, HttpResponse.BodyHandlers.ofString());
      return Optional.of(new Answer(response.statusCode(), response.body()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      for (ChaosNode node : nodes) {
        node.signal("CONT");
        node.kill(Duration.ofDays(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    wires.close();
    database.close();
  }
}
