package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import refinery.protocol.BatchId;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.FailureGroups;
import refinery.protocol.query.JobView;
import refinery.protocol.query.OverviewQueries;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel;
import refinery.protocol.query.ScheduleView;
import refinery.protocol.query.SurveyMatrix;
import refinery.protocol.query.SurveyPace;
import refinery.protocol.query.SurveyPlan;
import refinery.protocol.query.SurveyPlan.Batches;
import refinery.protocol.query.SurveyPlan.Earlier;
import refinery.protocol.query.SurveyPlan.Truth;
import refinery.protocol.query.SurveyView;

/** Rows in memory. */
final class FakeReadModel implements ReadModel {
  static final String GROUP = "0123456789abcdef";

  final Map<ScheduleId, ScheduleView> schedules = new ConcurrentHashMap<>();
  final Map<SurveyId, SurveyView> surveys = new ConcurrentHashMap<>();
  final Map<BatchId, BatchView> batches = new ConcurrentHashMap<>();
  final Map<JobId, JobView> jobs = new ConcurrentHashMap<>();
  final Map<String, BatchView.ArtifactView> artifacts = new ConcurrentHashMap<>();
  final Map<String, RefinedArtifact> refined = new ConcurrentHashMap<>();

  /** The last filter of artifacts. */
  volatile Filter asked = new Filter(Map.of(), 0, Optional.empty());

  /** Of every survey. */
  volatile SurveyMatrix matrix = new SurveyMatrix(List.of(), Optional.empty());

  final List<RecordedEvent> events = new CopyOnWriteArrayList<>();

  /** When the counts are told; at once unless a test puts it off. */
  volatile CompletionStage<Void> orderingAfter = CompletableFuture.completedFuture(null);

  final java.util.concurrent.atomic.AtomicInteger orderingAsked =
      new java.util.concurrent.atomic.AtomicInteger();
  volatile CompletionStage<Void> statsAfter = CompletableFuture.completedFuture(null);

  @Override
  public CompletionStage<Page<SurveyView>> surveys(Filter filter) {
    return page(surveys, filter);
  }

  @Override
  public CompletionStage<Page<BatchView>> batches(Filter filter) {
    return page(batches, filter);
  }

  /** Any words find all batches. */
  @Override
  public CompletionStage<Found> search(Filter filter, List<String> facets, int values) {
    asked = filter;
    Map<String, List<FacetCount>> counts = new TreeMap<>();
    facets.forEach(name -> counts.put(name, List.of(new FacetCount("liver", batches.size()))));
    return CompletableFuture.completedFuture(
        new Found(
            batches.values().stream()
                .map(view -> new Hit(view, Map.of("tissue", "liver")))
                .toList(),
            Optional.empty(),
            batches.size(),
            counts));
  }

  @Override
  public CompletionStage<Page<JobView>> jobs(Filter filter) {
    return page(jobs, filter);
  }

  @Override
  public CompletionStage<FailureGroups> failures(Filter filter) {
    asked = filter;
    List<FailureGroups.Sample> samples =
        jobs.values().stream()
            .filter(job -> job.failure().isPresent())
            .map(
                job ->
                    new FailureGroups.Sample(job.id(), job.failure().get().message(), Samples.AT))
            .toList();
    FailureGroups.Group group =
        new FailureGroups.Group(
            GROUP,
            FailureClass.PERMANENT,
            "salmon exited N",
            samples.size(),
            Samples.AT,
            Samples.AT,
            Map.of("process", (long) samples.size()),
            samples);
    return CompletableFuture.completedFuture(
        new FailureGroups(List.of(group), Optional.empty(), 1, samples.size()));
  }

  @Override
  public CompletionStage<Optional<FailureGroups.RetryPlan>> retryPlan(
      String group, Map<String, String> filters, int most) {
    return CompletableFuture.completedFuture(
        group.equals(GROUP) && !filters.containsKey("pipeline")
            ? Optional.of(
                new FailureGroups.RetryPlan(
                    group, List.of(JobId.of("job-failed")), List.of(BatchId.of("batch-one")), 2, 1))
            : Optional.empty());
  }

  @Override
  public CompletionStage<Page<ScheduleView>> schedules(Filter filter) {
    return page(schedules, filter);
  }

  @Override
  public CompletionStage<Optional<ScheduleView>> schedule(ScheduleId id) {
    return CompletableFuture.completedFuture(Optional.ofNullable(schedules.get(id)));
  }

  private static <T> CompletionStage<Page<T>> page(Map<?, T> rows, Filter filter) {
    if (filter.cursor().isPresent()) {
      return CompletableFuture.failedFuture(new InvalidCursor(filter.cursor().get()));
    }
    return CompletableFuture.completedFuture(
        new Page<>(rows.values().stream().limit(filter.limit()).toList(), Optional.empty()));
  }

  @Override
  public CompletionStage<Optional<SurveyView>> survey(SurveyId id) {
    return CompletableFuture.completedFuture(Optional.ofNullable(surveys.get(id)));
  }

  @Override
  public CompletionStage<SurveyPlan> plan(SurveyId id) {
    return CompletableFuture.completedFuture(
        new SurveyPlan(
            new Batches(batches.size(), 0, 5_000_000_000L, 0),
            new Batches(1, 0, 5_000_000_000L, 0),
            new Earlier(
                3, 5400, 600, Resources.of(1000, 1 << 20, 1 << 20), 1e6, OptionalDouble.of(1e6)),
            new Truth(
                1, 2700, 2_500_000_000L, 500_000, Optional.empty(), OptionalLong.of(1 << 20))));
  }

  @Override
  public CompletionStage<Optional<BatchView>> batch(BatchId id) {
    return CompletableFuture.completedFuture(Optional.ofNullable(batches.get(id)));
  }

  @Override
  public CompletionStage<Optional<JobView>> job(JobId id) {
    return CompletableFuture.completedFuture(Optional.ofNullable(jobs.get(id)));
  }

  @Override
  public CompletionStage<List<RecordedEvent>> history(JobId id) {
    return CompletableFuture.completedFuture(
        events.stream().filter(event -> event.entity().equals(id.value())).toList());
  }

  @Override
  public CompletionStage<List<RecordedEvent>> history(BatchId id, int limit) {
    return CompletableFuture.completedFuture(
        events.stream().filter(event -> event.entity().equals(id.value())).limit(limit).toList());
  }

  @Override
  public CompletionStage<List<RecordedEvent>> orders(SurveyId id, int limit) {
    return CompletableFuture.completedFuture(
        events.stream().filter(event -> event.entity().equals(id.value())).limit(limit).toList());
  }

  /** Six jobs in an hour, of each survey. */
  @Override
  public CompletionStage<Map<SurveyId, SurveyPace>> paces(Collection<SurveyId> ids) {
    return CompletableFuture.completedFuture(
        ids.stream()
            .distinct()
            .collect(Collectors.toMap(id -> id, id -> new SurveyPace(6, Duration.ofHours(1)))));
  }

  @Override
  public CompletionStage<SurveyMatrix> matrix(SurveyId id, Filter filter) {
    asked = filter;
    return CompletableFuture.completedFuture(matrix);
  }

  @Override
  public CompletionStage<List<RecordedEvent>> events(long afterOrdering, int limit) {
    return CompletableFuture.completedFuture(
        events.stream().filter(event -> event.ordering() > afterOrdering).limit(limit).toList());
  }

  @Override
  public CompletionStage<Long> lastOrdering() {
    orderingAsked.incrementAndGet();
    return orderingAfter.thenApply(done -> events.isEmpty() ? 0L : events.getLast().ordering());
  }

  @Override
  public CompletionStage<Optional<BatchView.ArtifactView>> artifact(String sha256) {
    return CompletableFuture.completedFuture(Optional.ofNullable(artifacts.get(sha256)));
  }

  @Override
  public CompletionStage<Page<RefinedArtifact>> artifacts(Filter filter) {
    asked = filter;
    return page(refined, filter);
  }

  @Override
  public CompletionStage<List<FacetCount>> facet(Filter filter, String key, int values) {
    return CompletableFuture.completedFuture(List.of(new FacetCount("a " + key, values)));
  }

  @Override
  public CompletionStage<JsonNode> stats() {
    var stats = Json.MAPPER.createObjectNode();
    stats.putObject("surveys").put("running", surveys.size());
    stats.putObject("batches").put("done", batches.size());
    stats.putObject("jobs").putObject("process").put("succeeded", jobs.size());
    return statsAfter.thenApply(done -> stats);
  }

  @Override
  public OverviewQueries overview() {
    return new FakeOverview(this);
  }
}
