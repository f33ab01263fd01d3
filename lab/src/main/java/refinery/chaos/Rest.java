package refinery.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import refinery.client.Terminal;

/** Finds what must not be there when a cluster has nothing to do. Blocking. */
final class Rest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final int NAMED = 20;

  /** Finds what the foreman would still look at: open rows, and jobs that have not ended. */
  private static final String IN_FLIGHT =
      "select 'survey ' || id || ' is ' || state || ', open ' || open from survey_row where open or"
          + " state = 'running' union all select 'batch ' || id || ' is ' || state || ', open ' ||"
          + " open from batch_row where open or state not in ('done', 'failed', 'cancelled') union"
          + " all select 'job ' || id || ' is ' || state || ', open ' || open from job_row where"
          + " open or finished_at is null";

  private final ChaosCluster cluster;
  private final ProcessWatch watch;

  Rest(ChaosCluster cluster, ProcessWatch watch) {
    this.cluster = cluster;
    this.watch = watch;
  }

  /** Waits until nothing is left; returns what is left after five minutes. */
  List<String> await() throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    List<String> left;
    do {
      Terminal.pause(LOOK);
      left = leftovers();
    } while (!left.isEmpty() && System.nanoTime() < end);
    return left;
  }

  private List<String> leftovers() throws IOException {
    List<String> left = new ArrayList<>();
    left.addAll(moving());
    for (ChaosNode node : cluster.nodes()) {
      files(node.dir().resolve("scratch"), "scratch is left: ", left);
    }
    files(cluster.temporary().resolve("spaces"), "raw data is left: ", left);
    reservations(left);
    return left;
  }

  /** Adds the first few files below a directory. */
  private static void files(Path directory, String words, List<String> left) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        files
            .filter(file -> Files.isRegularFile(file))
            .limit(NAMED)
            .forEach(file -> left.add(words + file));
      } catch (java.io.UncheckedIOException beingSwept) {
        left.add(words + beingSwept.getMessage());
      }
    }
  }

  /** What has not ended, is open, or still runs as a process. */
  List<String> moving() {
    List<String> found = new ArrayList<>();
    inFlight().forEach(row -> found.add("in flight: " + row));
    watch.left().forEach(process -> found.add("a process is left: " + process));
    return found;
  }

  private List<String> inFlight() {
    try (Connection connection = cluster.database().connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(IN_FLIGHT + " limit " + NAMED)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    } catch (SQLException e) {
      return List.of("the database does not answer: " + e.getMessage());
    }
  }

  private void reservations(List<String> left) {
    JsonNode nodes =
        cluster.members().stream()
            .flatMap(node -> node.http().stream())
            .flatMap(url -> cluster.get(url + "/api/v1/nodes", Duration.ofSeconds(5)).stream())
            .findFirst()
            .map(list -> list.path("items"))
            .orElseGet(MissingNode::getInstance);
    if (nodes.size() != cluster.members().size()) {
      left.add(nodes.size() + " nodes are listed, not " + cluster.members().size());
    }
    for (JsonNode node : nodes) {
      if (node.path("used").path("cpu").asLong() != 0 || !node.path("running").isEmpty()) {
        left.add("reserved though nothing runs: " + node);
      }
    }
  }
}
