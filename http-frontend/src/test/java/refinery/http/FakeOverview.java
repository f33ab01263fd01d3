package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import refinery.protocol.Json;
import refinery.protocol.SurveyId;
import refinery.protocol.job.JobState;
import refinery.protocol.query.JobView;
import refinery.protocol.query.OverviewQueries;
import refinery.protocol.query.ReadModel.RecordedEvent;

/** An overview of rows in memory. */
final class FakeOverview implements OverviewQueries {
  /** How often the changes of all fakes were asked for. */
  static final AtomicInteger QUESTIONS = new AtomicInteger();

  private final FakeReadModel rows;

  FakeOverview(FakeReadModel rows) {
    this.rows = rows;
  }

  @Override
  public CompletionStage<Changes> changes(long cursor, int limit) {
    QUESTIONS.incrementAndGet();
    List<RecordedEvent> news =
        rows.events.stream().filter(event -> event.ordering() > cursor).limit(limit).toList();
    return CompletableFuture.completedFuture(
        new Changes(
            news.isEmpty() ? cursor : news.getLast().ordering(),
            news.size(),
            news.reversed().stream().map(RecordedEvent::entity).distinct().toList()));
  }

  @Override
  public CompletionStage<List<String>> surveysOf(List<String> entities, int limit) {
    return CompletableFuture.completedFuture(
        rows.batches.values().stream()
            .filter(batch -> entities.contains(batch.id().value()))
            .flatMap(batch -> batch.surveyIds().stream())
            .map(SurveyId::value)
            .distinct()
            .limit(limit)
            .toList());
  }

  @Override
  public CompletionStage<Optional<JobView>> oldestWaiting() {
    return CompletableFuture.completedFuture(
        rows.jobs.values().stream().filter(job -> job.state() == JobState.WAITING).findFirst());
  }

  @Override
  public CompletionStage<List<JsonNode>> history(Instant from, Instant to, Duration step) {
    return CompletableFuture.completedFuture(
        List.of(Json.MAPPER.createObjectNode().put("at", from.toString()).put("jobs_failed", 1)));
  }

  @Override
  public CompletionStage<List<JsonNode>> states(Instant from, Instant to, Duration step) {
    ObjectNode bucket = Json.MAPPER.createObjectNode().put("at", from.toString());
    bucket.putObject("jobs").put("running", 1);
    return CompletableFuture.completedFuture(List.of(bucket.putNull("batches")));
  }

  @Override
  public CompletionStage<Long> unsearchable() {
    return CompletableFuture.completedFuture(0L);
  }

  @Override
  public CompletionStage<List<Jump>> jump(String text, int limit) {
    return CompletableFuture.completedFuture(
        rows.jobs.keySet().stream()
            .filter(id -> id.value().startsWith(text))
            .limit(limit)
            .map(id -> new Jump("job", id.value(), "a job", id.value()))
            .toList());
  }
}
