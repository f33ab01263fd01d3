package refinery.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import refinery.client.Terminal;
import refinery.protocol.Json;

/**
 * How long a cluster of three under a full queue stands still when nodes die, pause, leave and
 * join: measured by the times at which attempts began, as the journal has them. Blocking.
 */
public final class FailOver {
  private static final int NODES = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration WINDOW = Duration.ofSeconds(30);
  private static final Duration LEAVE = Duration.ofSeconds(45);

  /** One measurement: what was done, and for how long something stood still. */
  public record Figure(String what, Duration time, Duration promised) {
    public boolean holds() {
      return time.compareTo(promised) <= 0;
    }
  }

  private final PrintWriter out;
  private final ChaosCluster cluster;
  private final List<Figure> figures = new ArrayList<>();
  private int posts;

  private FailOver(PrintWriter out, ChaosCluster cluster) {
    this.out = out;
    this.cluster = cluster;
  }

  /**
   * @param dir must not hold an earlier run
   */
  public static List<Figure> measure(PrintWriter out, Path dir)
      throws IOException, InterruptedException, SQLException {
    CountDownLatch stop = new CountDownLatch(1);
    try (ChaosCluster cluster = new ChaosCluster(dir.toAbsolutePath(), NODES)) {
      FailOver run = new FailOver(out, cluster);
      Thread tender = Thread.ofPlatform().start(() -> run.tend(stop));
      try {
        run.all();
      } finally {
        stop.countDown();
        tender.join();
      }
      return List.copyOf(run.figures);
    }
  }

  private void tend(CountDownLatch stop) {
    while (!Terminal.pause(stop, LOOK)) {
      try {
        cluster.tend();
      } catch (IOException e) {
        out.println("cannot start a node: " + e.getMessage());
      }
    }
  }

  private void all() throws IOException, InterruptedException, SQLException {
    cluster.nodes().subList(0, NODES).forEach(node -> node.want(Duration.ZERO));
    awaitAll();
    post(400);
    await("the first placements", () -> startsSince(Instant.EPOCH).size() > 20);
    killOldest();
    killWorker();
    pause();
    rollingRestart();
    join();
    killTwo();
  }

  private void killOldest() throws IOException, InterruptedException, SQLException {
    ChaosNode oldest = cluster.oldest().orElseThrow();
    keepFull();
    Instant begin = Instant.now();
    oldest.kill(WINDOW);
    note("kill -9 of the singletons' host: no placement", gap(begin), Duration.ofSeconds(25));
    awaitAll();
  }

  private void killWorker() throws IOException, InterruptedException, SQLException {
    ChaosNode oldest = cluster.oldest().orElseThrow();
    ChaosNode worker =
        cluster.members().stream().filter(node -> node != oldest).findFirst().orElseThrow();
    keepFull();
    String id = cluster.id(worker).orElseThrow();
    Instant begin = Instant.now();
    List<String> running = runningOn(id);
    worker.kill(WINDOW);
    await("its jobs to run elsewhere", () -> lastRestart(running, begin).isPresent());
    note(
        "kill -9 of a worker: until the last of its " + running.size() + " jobs ran elsewhere",
        Duration.between(begin, lastRestart(running, begin).orElseThrow()),
        Duration.ofSeconds(25));
    awaitAll();
  }

  private void pause() throws IOException, InterruptedException {
    int before = deaths();
    for (ChaosNode node : cluster.members()) {
      node.signal("STOP");
      Terminal.pause(Duration.ofSeconds(3));
      node.signal("CONT");
      Terminal.pause(Duration.ofSeconds(12));
    }
    note(
        "SIGSTOP of each node for 3 s: nodes given up (count as seconds)",
        Duration.ofSeconds(deaths() - before),
        Duration.ZERO);
    awaitAll();
  }

  private void rollingRestart() throws IOException, InterruptedException, SQLException {
    keepFull();
    Instant begin = Instant.now();
    for (ChaosNode node : cluster.members()) {
      node.terminate(LEAVE, Duration.ZERO);
      awaitAll();
    }
    note(
        "rolling restart by SIGTERM: no placement",
        gapUntil(begin, Instant.now()),
        Duration.ofSeconds(5));
  }

  private void join() throws IOException, InterruptedException, SQLException {
    keepFull();
    ChaosNode further = cluster.nodes().get(NODES);
    further.want(Duration.ZERO);
    await("the fourth node", () -> further.http().isPresent());
    Instant up = Instant.now();
    String id = cluster.id(further).orElse("");
    while (id.isEmpty()) {
      Terminal.pause(LOOK);
      id = cluster.id(further).orElse("");
    }
    String known = id;
    await("work on the fourth node", () -> !runningOn(known).isEmpty());
    note(
        "a fourth node joins: until it has work",
        Duration.between(up, Instant.now()),
        Duration.ofSeconds(5));
    Instant leaving = Instant.now();
    further.leave(LEAVE);
    note(
        "it leaves by SIGTERM: until it has ended",
        Duration.between(leaving, Instant.now()),
        Duration.ofSeconds(20));
  }

  private void killTwo() throws IOException, InterruptedException, SQLException {
    keepFull();
    ChaosNode survivor = cluster.members().getLast();
    Instant begin = Instant.now();
    for (ChaosNode node : cluster.members()) {
      if (node != survivor) {
        node.leaveDead();
      }
    }
    note("kill -9 of two of three at once: no placement", gap(begin), Duration.ofSeconds(30));
    await("the survivor to finish everything", () -> unfinished() == 0);
    note(
        "jobs that failed in all this (count as seconds)",
        Duration.ofSeconds(failed()),
        Duration.ZERO);
  }

  private void note(String what, Duration time, Duration promised) {
    Figure figure = new Figure(what, time, promised);
    figures.add(figure);
    out.printf(
        Locale.ROOT,
        "%-72s %6.1f s  (at most %.0f s)%s%n",
        what,
        time.toMillis() / 1000.0,
        promised.toMillis() / 1000.0,
        figure.holds() ? "" : "  BROKEN");
    out.flush();
  }

  private void awaitAll() {
    await(
        "all nodes",
        () ->
            cluster.members().stream()
                .allMatch(
                    node ->
                        node.http()
                            .flatMap(
                                url -> cluster.get(url + "/api/v1/nodes", Duration.ofSeconds(3)))
                            .filter(list -> list.path("items").size() == cluster.members().size())
                            .isPresent()));
  }

  private void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("waited in vain for " + what + "; see " + cluster.dir());
      }
      Terminal.pause(LOOK);
    }
  }

  private void keepFull() {
    int missing = 700 - unfinished();
    if (missing > 0) {
      post(missing);
    }
  }

  private void post(int count) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("pipeline", "command").put("count", count);
    body.withArray("command").add("/bin/sleep").add("3");
    body.putObject("resources").put("cpu", 200).put("memory", 16L << 20);
    Map<String, String> headers =
        Map.of("Content-Type", "application/json", "Idempotency-Key", "fail-over-" + posts++);
    await(
        "a post",
        () ->
            cluster.members().stream()
                .flatMap(node -> node.http().stream())
                .anyMatch(
                    url ->
                        cluster
                            .post(
                                url + "/api/v1/jobs",
                                body.toString(),
                                headers,
                                Duration.ofSeconds(30))
                            .isPresent()));
  }

  private int deaths() {
    return cluster.nodes().stream().mapToInt(ChaosNode::ownDeaths).sum();
  }

  /** The longest time without a placement in the window after the fault. */
  private Duration gap(Instant begin) {
    Instant end = begin.plus(WINDOW);
    Terminal.pause(Duration.between(Instant.now(), end));
    return gapUntil(begin, end);
  }

  private Duration gapUntil(Instant begin, Instant end) {
    Duration longest = Duration.ZERO;
    Instant last = begin;
    List<Instant> starts = new ArrayList<>(startsSince(begin));
    starts.add(end);
    for (Instant start : starts) {
      Duration pause = Duration.between(last, start);
      longest = pause.compareTo(longest) > 0 ? pause : longest;
      last = start;
    }
    return longest;
  }

  private List<Instant> startsSince(Instant begin) {
    return query(
        "select (convert_from(event_payload, 'UTF8')::json ->> 'at')::timestamptz at from event_journal"
            + " where event_ser_manifest = 'job'"
            + " and convert_from(event_payload, 'UTF8')::json ->> 'type' = 'started'"
            + " and write_timestamp >= ? order by 1",
        begin.toEpochMilli(),
        rows -> rows.getTimestamp(1).toInstant());
  }

  private List<String> runningOn(String node) {
    return query(
        "select id from job_row where state = 'running' and node = ?",
        node,
        rows -> rows.getString(1));
  }

  /** When the last of these jobs began again; empty while one has not. */
  private java.util.Optional<Instant> lastRestart(List<String> jobs, Instant begin) {
    List<Instant> again = new ArrayList<>();
    for (String job : jobs) {
      List<Timestamp> found =
          query(
              "select (document ->> 'started_at')::timestamptz from job_row where id = ?",
              job,
              rows -> rows.getTimestamp(1));
      if (found.isEmpty()) {
        return java.util.Optional.empty();
      }
      boolean ended =
          !query("select 1 from job_row where finished_at is not null and id = ?", job, rows -> 1)
              .isEmpty();
      Instant started = found.getFirst().toInstant();
      if (started.isBefore(begin) && !ended) {
        return java.util.Optional.empty();
      }
      again.add(started.isBefore(begin) ? begin : started);
    }
    return again.stream().max(Instant::compareTo).or(() -> java.util.Optional.of(begin));
  }

  private int unfinished() {
    return query(
            "select count(*) from job_row where finished_at is null and id <> ?",
            "",
            rows -> rows.getInt(1))
        .getFirst();
  }

  private int failed() {
    return query(
            "select count(*) from job_row where state <> ?", "succeeded", rows -> rows.getInt(1))
        .getFirst();
  }

  /** Reads one column or more of a row. */
  private interface Reader<T> {
    T read(ResultSet rows) throws SQLException;
  }

  private <T> List<T> query(String sql, Object parameter, Reader<T> reader) {
    try (Connection connection = cluster.database().connect();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, parameter);
      List<T> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(reader.read(rows));
        }
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException("the run's own database failed: " + e.getMessage(), e);
    }
  }
}
