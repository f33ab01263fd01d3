package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import refinery.client.NodeClient;
import refinery.client.Table;

/** Prints the plan of a survey: its sums, the first batches, and why batches are skipped. */
final class PlanText {
  private static final int SHOWN = 20;

  private final NodeClient client;
  private final PrintWriter out;

  PlanText(NodeClient client, PrintWriter out) {
    this.client = client;
    this.out = out;
  }

  void show(String id) {
    JsonNode plan = client.get("/surveys/" + id + "/plan?limit=1000");
    JsonNode totals = plan.path("totals");
    out.printf(
        Locale.ROOT,
        "take %,d, skip %,d; %.2f GB%s%n",
        totals.path("take").asLong(),
        totals.path("skip").asLong(),
        totals.path("bytes").asLong() / 1e9,
        totals.path("files_of_unknown_size").asLong() == 0
            ? ""
            : ", and %,d files of unknown size"
                .formatted(totals.path("files_of_unknown_size").asLong()));
    if (totals.path("cpu_hours").isNumber()) {
      out.printf(
          Locale.ROOT,
          "%.1f cpu hours (%s)%n",
          totals.path("cpu_hours").asDouble(),
          totals.path("basis").asText());
    }
    batches(id, plan.path("items"));
    out.flush();
  }

  private void batches(String id, JsonNode items) {
    Map<String, Integer> skipped = new TreeMap<>();
    int taken = 0;
    for (JsonNode batch : items) {
      if (batch.path("decision").asText().equals("skip")) {
        skipped.merge(batch.path("reason").asText(""), 1, Integer::sum);
      } else if (taken++ < SHOWN) {
        out.printf(
            Locale.ROOT,
            "  %-24s %-28s %10.1f MB%n",
            Table.printable(batch.path("key").asText(), 60),
            Table.printable(batch.path("organism").asText(""), 60),
            batch.path("bytes").asLong() / 1e6);
      }
    }
    if (taken > SHOWN) {
      out.printf("  ... GET /api/v1/surveys/%s/plan has all%n", id);
    }
    skipped.forEach(
        (why, count) -> out.printf("  skip %,d: %s%n", count, Table.printable(why, 200)));
  }
}
