package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import refinery.protocol.NodeId;
import refinery.protocol.job.JobState;
import refinery.protocol.query.JobView;
import refinery.protocol.query.JobView.AttemptView;
import refinery.protocol.query.ReadModel;
import refinery.protocol.query.ReadModel.Filter;

/**
 * Adds to the scheduler's preview of a drain what each job would lose: the time since its attempt
 * began, against the time that its like took lately. A drained attempt is begun anew elsewhere.
 */
final class DrainPreviews {
  private static final int MOST_JOBS = 1000;
  private static final int RECENT = 20;

  /** Kinds of work whose usual time is looked up. */
  private static final int MOST_KINDS = 20;

  private final ReadModel rows;

  DrainPreviews(ReadModel rows) {
    this.rows = rows;
  }

  /** What jobs are alike in how long they take. */
  private record Like(String kind, String pipeline) {
    static Like of(JobView job) {
      return new Like(job.kind().word(), job.pipeline());
    }
  }

  CompletionStage<JsonNode> of(NodeId node, JsonNode preview) {
    Filter running =
        new Filter(
            Map.of("node", node.value(), "state", JobState.RUNNING.word()),
            MOST_JOBS,
            Optional.empty());
    return rows.jobs(running)
        .thenCompose(
            page -> {
              Map<String, JobView> jobs =
                  page.items().stream()
                      .collect(Collectors.toMap(job -> job.id().value(), Function.identity()));
              return usual(jobs).thenApply(usual -> filled(preview, jobs, usual));
            });
  }

  private CompletionStage<Map<Like, Duration>> usual(Map<String, JobView> jobs) {
    List<Like> likes = jobs.values().stream().map(Like::of).distinct().limit(MOST_KINDS).toList();
    Map<Like, CompletableFuture<Optional<Duration>>> asked = new HashMap<>();
    for (Like like : likes) {
      Map<String, String> values = new TreeMap<>();
      values.put("kind", like.kind());
      values.put("state", JobState.SUCCEEDED.word());
      if (!like.pipeline().isEmpty()) {
        values.put("pipeline", like.pipeline());
      }
      asked.put(
          like,
          rows.jobs(new Filter(values, RECENT, Optional.empty()))
              .thenApply(page -> median(lastAttempts(page.items())))
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              Map<Like, Duration> known = new HashMap<>();
              asked.forEach(
                  (like, answer) -> answer.join().ifPresent(time -> known.put(like, time)));
              return known;
            });
  }

  private static List<AttemptView> lastAttempts(List<JobView> done) {
    return done.stream()
        .filter(job -> job.reused().isEmpty() && !job.attempts().isEmpty())
        .map(job -> job.attempts().getLast())
        .toList();
  }

  /** How long attempts that have ended took; empty if none has. */
  static Optional<Duration> median(List<AttemptView> attempts) {
    List<Duration> times =
        attempts.stream()
            .flatMap(
                one -> one.finishedAt().map(end -> Duration.between(one.startedAt(), end)).stream())
            .sorted()
            .toList();
    return times.isEmpty() ? Optional.empty() : Optional.of(times.get(times.size() / 2));
  }

  private static JsonNode filled(
      JsonNode preview, Map<String, JobView> jobs, Map<Like, Duration> usual) {
    ObjectNode all = preview.deepCopy();
    Instant now = Instant.parse(all.path("at").asText());
    for (JsonNode entry : all.path("jobs")) {
      ObjectNode job = (ObjectNode) entry;
      Optional<JobView> row = Optional.ofNullable(jobs.get(job.path("job").asText()));
      job.put("kind", row.map(view -> view.kind().word()).orElse(null));
      job.put("pipeline", row.map(JobView::pipeline).orElse(null));
      job.put("key", row.flatMap(JobView::key).orElse(null));
      Optional<Instant> began =
          row.filter(view -> !view.attempts().isEmpty())
              .map(view -> view.attempts().getLast().startedAt());
      Optional<Double> lost =
          began.map(start -> Math.max(0, Duration.between(start, now).toMillis() / 1000.0));
      Optional<Double> expected =
          row.map(Like::of).map(usual::get).map(time -> time.toMillis() / 1000.0);
      job.put("started_at", began.map(Instant::toString).orElse(null));
      job.put("loses_seconds", lost.orElse(null));
      job.put("usual_seconds", expected.orElse(null));
      job.put(
          "progress",
          lost.flatMap(spent -> expected.filter(whole -> whole > 0).map(whole -> spent / whole))
              .map(part -> Math.min(0.99, part))
              .orElse(null));
    }
    all.put(
        "loses_seconds",
        stream(all.path("jobs")).mapToDouble(job -> job.path("loses_seconds").asDouble()).sum());
    return all;
  }

  private static java.util.stream.Stream<JsonNode> stream(JsonNode array) {
    List<JsonNode> items = new ArrayList<>();
    array.forEach(items::add);
    return items.stream();
  }
}
