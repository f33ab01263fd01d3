package refinery.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Table;
import refinery.client.Units;
import refinery.localarchive.RunDesign;
import refinery.localarchive.SyntheticSpecies;

/** Prints the results of the runs as a table, and compares each with the truth. */
final class Results {
  private final NodeClient client;
  private final SyntheticSpecies species;

  Results(NodeClient client, SyntheticSpecies species) {
    this.client = client;
    this.species = species;
  }

  /** What the jobs of one run took. */
  private record Effort(Duration time, long peakMemory, int attempts) {}

  /** Prints the table; true when every run is there and agrees with the truth. */
  boolean print(PrintWriter out, String survey) {
    List<JsonNode> batches = new ArrayList<>();
    client.list("/batches", Map.of("survey_id", survey), 1_000, batches::add);
    batches.sort(Comparator.comparing(batch -> batch.path("key").asText()));
    Table table =
        new Table(
            "RUN",
            "LAYOUT",
            "READS",
            "MAPPED",
            "FROM",
            "ATTEMPTS",
            "TIME",
            "PEAK MEMORY",
            "r",
            "ASSIGNED/TRUE",
            "");
    List<String> missing =
        new ArrayList<>(species.runs().stream().map(RunDesign::accession).toList());
    boolean good = true;
    for (JsonNode batch : batches) {
      if (missing.remove(batch.path("key").asText())) {
        good &= row(table, batch);
      }
    }
    out.print(table.render());
    missing.forEach(run -> out.println(run + " was not surveyed"));
    out.flush();
    return good && missing.isEmpty();
  }

  private boolean row(Table table, JsonNode batch) {
    String run = batch.path("key").asText();
    String state = batch.path("state").asText();
    JsonNode facts = batch.path("facts");
    if (!state.equals("done")) {
      table.row(
          run, "", "", "", "", "", "", "", "", "", state + " " + batch.path("reason").asText());
      return false;
    }
    Agreement agreement = agreement(run, batch);
    Effort effort = effort(batch);
    table.row(
        run,
        facts.path("layout").asText(batch.path("key_values").path("library_layout").asText("")),
        facts.path("reads").asText(""),
        percent(facts.path("mapping_rate").asText("")),
        deliveredFrom(batch),
        Integer.toString(effort.attempts()),
        String.format(Locale.ROOT, "%.1fs", effort.time().toMillis() / 1_000.0),
        Units.size(effort.peakMemory()),
        String.format(Locale.ROOT, "%.6f", agreement.pearson()),
        String.format(Locale.ROOT, "%.4f", agreement.ratio()),
        agreement.holds() ? "ok" : "DIFFERS FROM THE TRUTH");
    return agreement.holds();
  }

  private Agreement agreement(String run, JsonNode batch) {
    for (JsonNode artifact : batch.path("artifacts")) {
      if (artifact.path("name").asText().equals("quant.sf")) {
        String path = "/artifacts/" + artifact.path("sha256").asText();
        try (BufferedReader quant =
            new BufferedReader(
                new InputStreamReader(client.stream(path, false), StandardCharsets.UTF_8))) {
          return Agreement.of(
              Agreement.readsByGene(quant, species.transcriptToGene()),
              species.trueFragmentsByGene(run));
        } catch (IOException e) {
          throw CommandFailure.failed("quant.sf of " + run + ": " + e.getMessage());
        }
      }
    }
    throw CommandFailure.failed(run + " is done but has no quant.sf");
  }

  private static String deliveredFrom(JsonNode batch) {
    TreeSet<String> archives = new TreeSet<>();
    batch
        .path("files")
        .forEach(
            file -> {
              String from = file.path("delivered_from").asText("");
              if (!from.isEmpty() && !from.equals("null")) {
                archives.add(from);
              }
            });
    return archives.stream().collect(Collectors.joining("+"));
  }

  private Effort effort(JsonNode batch) {
    Duration time = Duration.ZERO;
    long peak = 0;
    int attempts = 0;
    for (JsonNode id : batch.path("job_ids")) {
      JsonNode job = client.get("/jobs/" + id.asText());
      for (JsonNode attempt : job.path("attempts")) {
        attempts++;
        peak = Math.max(peak, attempt.path("peak_memory").asLong());
        if (attempt.path("finished_at").isTextual()) {
          Instant start = Instant.parse(attempt.path("started_at").asText());
          Instant end = Instant.parse(attempt.path("finished_at").asText());
          time = time.plus(Duration.between(start, end));
        }
      }
    }
    return new Effort(time, peak, attempts);
  }

  /** Turns a fraction into per cent, for people. */
  private static String percent(String fraction) {
    return fraction.matches("[01](\\.[0-9]+)?")
        ? String.format(Locale.ROOT, "%.1f%%", 100 * Double.parseDouble(fraction))
        : fraction;
  }
}
