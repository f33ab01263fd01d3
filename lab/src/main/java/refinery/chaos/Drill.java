package refinery.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import refinery.client.Terminal;
import refinery.protocol.Json;

/** What the measurements of a cluster share: a full queue, waiting, and the list of results. */
final class Drill {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final PrintWriter out;
  private final ChaosCluster cluster;
  private final Placements placements;
  private final List<FailOver.Figure> figures = new ArrayList<>();
  private int posts;

  Drill(PrintWriter out, ChaosCluster cluster, Placements placements) {
    this.out = out;
    this.cluster = cluster;
    this.placements = placements;
  }

  List<FailOver.Figure> figures() {
    return List.copyOf(figures);
  }

  void note(String what, Duration time, Duration promised) {
    FailOver.Figure figure = new FailOver.Figure(what, time, promised);
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

  /** Waits until all wanted nodes serve and see each other. */
  void awaitAll() {
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

  void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("waited in vain for " + what + "; see " + cluster.dir());
      }
      Terminal.pause(LOOK);
    }
  }

  void keepFull() {
    int missing = 700 - placements.unfinished();
    if (missing > 0) {
      post(missing);
    }
  }

  void post(int count) {
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
}
