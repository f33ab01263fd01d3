package refinery.sidebyside;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a survey's time was spent, by the times that its jobs state. Immutable.
 *
 * @param kinds sums by kind of job
 * @param steps mean milliseconds of each step of the process jobs, by its name, in their order
 */
record Breakdown(Map<String, Kind> kinds, Map<String, Double> steps) {
  /**
   * Sums in seconds.
   *
   * @param first when the first job began, counted from the survey's post
   * @param last when the last job ended, counted from the same moment
   */
  record Kind(int jobs, double waited, double ran, double cpu, double first, double last) {
    Kind plus(Kind other) {
      return new Kind(
          jobs + other.jobs,
          waited + other.waited,
          ran + other.ran,
          cpu + other.cpu,
          Math.min(first, other.first),
          Math.max(last, other.last));
    }
  }

  Breakdown {
    kinds = new TreeMap<>(kinds);
    steps = new LinkedHashMap<>(steps);
  }

  static Breakdown of(Instant begin, List<JsonNode> jobs) {
    Map<String, Kind> kinds = new TreeMap<>();
    Map<String, DoubleSummaryStatistics> steps = new LinkedHashMap<>();
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
              seconds(time(job, "created_at"), time(job, "started_at")),
              seconds(time(job, "started_at"), time(job, "finished_at")),
              cpu,
              seconds(begin, time(job, "started_at")),
              seconds(begin, time(job, "finished_at"))),
          Kind::plus);
      steps(job).forEach((name, millis) -> add(steps, name, millis));
    }
    Map<String, Double> means = new LinkedHashMap<>();
    steps.forEach((name, each) -> means.put(name, each.getAverage()));
    return new Breakdown(kinds, means);
  }

  private static void add(
      Map<String, DoubleSummaryStatistics> steps, String name, double milliseconds) {
    steps.computeIfAbsent(name, key -> new DoubleSummaryStatistics()).accept(milliseconds);
  }

  /**
   * Milliseconds of each step, and of the time before the first (inputs) and after the last
   * (outputs).
   */
  private static Map<String, Double> steps(JsonNode job) {
    Map<String, Double> millis = new LinkedHashMap<>();
    JsonNode steps = job.path("steps");
    if (steps.isEmpty() || !job.path("kind").asText().equals("process")) {
      return millis;
    }
    JsonNode last = steps.get(steps.size() - 1);
    millis.put("inputs", between(job.path("started_at"), steps.get(0).path("started_at")));
    steps.forEach(
        step ->
            millis.put(
                step.path("name").asText(),
                between(step.path("started_at"), step.path("finished_at"))));
    millis.put("outputs", between(last.path("finished_at"), job.path("finished_at")));
    return millis;
  }

  private static double between(JsonNode from, JsonNode to) {
    return Duration.between(Instant.parse(from.asText()), Instant.parse(to.asText())).toNanos()
        / 1e6;
  }

  private static Instant time(JsonNode job, String field) {
    return Instant.parse(job.path(field).asText());
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    kinds.forEach(
        (kind, sums) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "  %-8s %d jobs: in the queue %.0f ms, running %.0f ms, of that cpu of tools"
                        + " %.0f ms each; the first began after %.0f ms, the last ended after"
                        + " %.0f ms",
                    kind,
                    sums.jobs(),
                    1000 * sums.waited() / sums.jobs(),
                    1000 * sums.ran() / sums.jobs(),
                    1000 * sums.cpu() / sums.jobs(),
                    1000 * sums.first(),
                    1000 * sums.last())));
    StringBuilder text = new StringBuilder("  steps, ms each:");
    steps.forEach((name, mean) -> text.append(String.format(Locale.ROOT, " %s %.0f", name, mean)));
    lines.add(text.toString());
    return lines;
  }
}
