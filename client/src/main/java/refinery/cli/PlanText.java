package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import refinery.client.NodeClient;
import refinery.client.Table;

/**
 * Prints the plan of a survey: its sums, what came true of them, the first batches, and why batches
 * are skipped.
 */
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
    takes(totals);
    cameTrue(plan.path("came_true"));
    batches(id, plan.path("items"));
    out.flush();
  }

  /** Disk, time and money, as far as they can be told. */
  private void takes(JsonNode totals) {
    JsonNode disk = totals.path("disk");
    if (disk.path("total").isNumber()) {
      out.printf(
          "disk %s in all, of which %s are kept; scratch at one time: %s%n",
          Figures.size(disk.path("total")),
          Figures.size(disk.path("kept")),
          Figures.size(disk.path("peak")));
    }
    JsonNode elapsed = totals.path("elapsed");
    out.printf(
        "time %s (%s%s)%n",
        Figures.time(elapsed.path("seconds")),
        elapsed.path("basis").asText(),
        elapsed.path("limited_by").isTextual()
            ? "; limited by " + elapsed.path("limited_by").asText()
            : "");
    JsonNode money = totals.path("money");
    if (money.isObject()) {
      String currency = Table.printable(money.path("currency").asText(), 3);
      out.printf(
          "money %s (cpu %s, download %s), and %s a month for what is kept%n",
          Figures.money(money.path("once"), currency),
          Figures.money(money.path("cpu"), currency),
          Figures.money(money.path("download"), currency),
          Figures.money(money.path("storage_per_month"), currency));
    }
  }

  /** The forecast beside what came true; nothing before anything was begun. */
  private void cameTrue(JsonNode cameTrue) {
    if (!cameTrue.isObject()) {
      return;
    }
    out.printf(
        Locale.ROOT,
        "%,d of %,d chosen batches have ended%n",
        cameTrue.path("ended").asLong(),
        cameTrue.path("batches").asLong());
    Table table = new Table("", "FORECAST", "ACTUAL", "RATIO");
    row(table, "bytes", cameTrue.path("bytes"), Figures::size);
    row(table, "cpu hours", cameTrue.path("cpu_hours"), Figures::number);
    row(table, "time", cameTrue.path("seconds"), Figures::time);
    row(table, "disk in all", cameTrue.path("disk_total"), Figures::size);
    row(table, "disk kept", cameTrue.path("disk_kept"), Figures::size);
    row(table, "scratch reserved", cameTrue.path("disk_peak"), Figures::size);
    out.print(table.shown());
  }

  private static void row(
      Table table, String what, JsonNode figure, Function<JsonNode, String> shown) {
    table.row(
        what,
        shown.apply(figure.path("forecast")),
        shown.apply(figure.path("actual")),
        figure.path("ratio").isNumber() ? Figures.number(figure.path("ratio")) : "");
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
