package refinery.sidebyside;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Where a survey's time went, from the times that its jobs state. Immutable. */
record Breakdown(Map<String, Kind> kinds) {
  /** Sums in seconds. */
  record Kind(int jobs, double waited, double ran, double cpu) {
    Kind plus(Kind other) {
      return new Kind(jobs + other.jobs, waited + other.waited, ran + other.ran, cpu + other.cpu);
    }
  }

  Breakdown {
    kinds = new TreeMap<>(kinds);
  }

  static Breakdown of(List<JsonNode> jobs) {
    Map<String, Kind> kinds = new TreeMap<>();
    for (JsonNode job : jobs) {
      if (!job.path("started_at").isTextual() || !job.path("finished_at").isTextual()) {
        continue;
      }
      double cpu = 0;
      for (JsonNode attempt : job.path("attempts")) {
        cpu += attempt.path("cpu_seconds").asDouble();
      }
      kinds.merge(
          job.path("kind").asText(),
          new Kind(
              1,
              seconds(job, "created_at", "started_at"),
              seconds(job, "started_at", "finished_at"),
              cpu),
          Kind::plus);
    }
    return new Breakdown(kinds);
  }

  private static double seconds(JsonNode job, String from, String to) {
    return Duration.between(
                Instant.parse(job.path(from).asText()), Instant.parse(job.path(to).asText()))
            .toNanos()
        / 1e9;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    kinds.forEach(
        (kind, sums) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "  %-8s %d jobs: in the queue %.0f ms, running %.0f ms, of that cpu of tools"
                        + " %.0f ms each",
                    kind,
                    sums.jobs(),
                    1000 * sums.waited() / sums.jobs(),
                    1000 * sums.ran() / sums.jobs(),
                    1000 * sums.cpu() / sums.jobs())));
    return lines;
  }
}
