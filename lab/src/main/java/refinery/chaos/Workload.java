package refinery.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import refinery.chaos.check.Expectation;
import refinery.client.Terminal;
import refinery.protocol.Json;

/**
 * Posts jobs to random nodes, so that some are always queued, and remembers which were
 * acknowledged. A post without an answer is repeated with the same key. Run by one thread.
 */
final class Workload implements Runnable {
  static final int SLOTS = 2;

  private static final int CHUNK = 4;
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final ChaosCluster cluster;
  private final Random random;
  private final int total;
  private final int queued;
  private final boolean poison;
  private final Duration over;
  private final long begin = System.nanoTime();
  private final CountDownLatch stop;
  private final Map<String, Expectation> acknowledged = new TreeMap<>();
  private int repeats;

  /**
   * @param total jobs to post in all
   * @param over the time over which they are spread
   * @param queued how many may be unfinished at a time
   * @param poison true if one of them ends the node that runs it
   */
  Workload(
      ChaosCluster cluster,
      long seed,
      int total,
      Duration over,
      int queued,
      boolean poison,
      CountDownLatch stop) {
    this.cluster = cluster;
    this.random = new Random(seed);
    this.total = total;
    this.over = over;
    this.queued = queued;
    this.poison = poison;
    this.stop = stop;
  }

  @Override
  public void run() {
    int chunk = 0;
    if (poison) {
      post("poison", Expectation.POISON);
    }
    while (posted() < total && stop.getCount() > 0) {
      if (posted() < due() && unfinished() < queued) {
        post("chaos-" + chunk++, expectation());
      } else if (Terminal.pause(stop, Duration.ofMillis(200))) {
        return;
      }
    }
  }

  private double due() {
    return queued + (double) total * (System.nanoTime() - begin) / over.toNanos();
  }

  synchronized int posted() {
    return acknowledged.size();
  }

  /** The number of posts that were repeated because no answer came. */
  synchronized int repeats() {
    return repeats;
  }

  synchronized Map<String, Expectation> acknowledged() {
    return Map.copyOf(acknowledged);
  }

  /**
   * Unfinished jobs, without those of surveys. While the database is down it is a huge number, so
   * that nothing is posted.
   */
  int unfinished() {
    try (Connection connection = cluster.database().connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(*) from job_row where finished_at is null and pipeline = '"
                    + Pipelines.WORK
                    + "'")) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      return Integer.MAX_VALUE;
    }
  }

  private void post(String key, Expectation expectation) {
    String body = body(expectation).toString();
    Map<String, String> headers =
        Map.of("Content-Type", "application/json", "Idempotency-Key", key);
    while (stop.getCount() > 0) {
      Optional<JsonNode> answer =
          anyNode().flatMap(url -> cluster.post(url + "/api/v1/jobs", body, headers, ANSWER));
      if (answer.isPresent()) {
        synchronized (this) {
          answer.get().path("ids").forEach(id -> acknowledged.put(id.asText(), expectation));
        }
        return;
      }
      synchronized (this) {
        repeats++;
      }
      if (Terminal.pause(stop, Duration.ofMillis(300))) {
        return;
      }
    }
  }

  private Optional<String> anyNode() {
    List<String> urls = cluster.members().stream().flatMap(node -> node.http().stream()).toList();
    return urls.isEmpty() ? Optional.empty() : Optional.of(urls.get(random.nextInt(urls.size())));
  }

  private Expectation expectation() {
    int dice = random.nextInt(100);
    return dice < 5 ? Expectation.FAILS : dice < 8 ? Expectation.HUNGRY : Expectation.SUCCEEDS;
  }

  private ObjectNode body(Expectation expectation) {
    int size = random.nextInt(10);
    long cpu = size < 6 ? 200 : size < 9 ? 700 : 2_500;
    long memory = (size < 6 ? 48L : size < 9 ? 200L : 1_000L) << 20;
    if (expectation == Expectation.HUNGRY) {
      memory = 40L << 20;
    }
    double seconds = 0.2 + random.nextDouble() * (random.nextInt(20) == 0 ? 12 : 2.5);
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("pipeline", Pipelines.WORK)
        .put("count", expectation == Expectation.POISON ? 1 : CHUNK)
        .put("priority", random.nextInt(3) * 30);
    List.of(
            "/bin/sh",
            cluster.dir().resolve("work.sh").toString(),
            cluster.writeLog().toString(),
            expectation.word(),
            String.format(Locale.ROOT, "%.2f", seconds),
            Long.toString(cpu),
            Long.toString(memory))
        .forEach(body.withArray("command")::add);
    ObjectNode resources = body.putObject("resources").put("cpu", cpu).put("memory", memory);
    if (random.nextInt(8) == 0) {
      resources.putObject("tokens").put("chaos:slot", 1);
    }
    return body;
  }
}
