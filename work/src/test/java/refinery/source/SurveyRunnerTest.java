package refinery.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;
import refinery.agent.ProcessResult;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;

class SurveyRunnerTest {
  private static final SurveyRunner.Resend QUICK =
      new SurveyRunner.Resend(3, Duration.ofMillis(200), Duration.ofMillis(1));

  @TempDir Path directory;
  private Map<String, String> asked = Map.of();
  private final List<List<BatchSpec>> recorded = Collections.synchronizedList(new ArrayList<>());

  @FunctionalInterface
  private interface Discover {
    void discover(Source.Discovery discovery) throws Source.SourceException, InterruptedException;
  }

  private record ListSource(Discover body) implements Source {
    @Override
    public String name() {
      return "list";
    }

    @Override
    public String description() {
      return "for tests";
    }

    @Override
    public String defaultPipeline() {
      return "p";
    }

    @Override
    public List<String> roles() {
      return List.of();
    }

    @Override
    public JsonNode parameterSchema() {
      return Json.MAPPER.createObjectNode().put("type", "object");
    }

    @Override
    public List<JsonNode> examples() {
      return List.of();
    }

    @Override
    public void discover(Discovery discovery) throws SourceException, InterruptedException {
      body.discover(discovery);
    }
  }

  private final class TestAttempt implements Attempt {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Runnable> actions = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger progress = new AtomicInteger();

    void stop() {
      stopped.set(true);
      actions.forEach(Runnable::run);
    }

    @Override
    public JobSpec spec() {
      return new JobSpec(
          JobId.of("job-1"),
          JobKind.SURVEY,
          Optional.of(SurveyId.of("survey-1")),
          List.of(),
          "",
          50,
          0,
          Resources.NONE,
          new Work.Survey("list", Json.MAPPER.createObjectNode(), "p", asked),
          Instant.EPOCH);
    }

    @Override
    public int number() {
      return 1;
    }

    @Override
    public Resources reserved() {
      return Resources.NONE;
    }

    @Override
    public Path scratch() {
      return directory;
    }

    @Override
    public Path log() {
      return directory.resolve("log");
    }

    @Override
    public void progressed() {
      progress.incrementAndGet();
    }

    @Override
    public long diskLeft() {
      return reserved().disk();
    }

    @Override
    public boolean isStopped() {
      return stopped.get();
    }

    @Override
    public void onStop(Runnable action) {
      actions.add(action);
      if (stopped.get()) {
        action.run();
      }
    }

    @Override
    public ProcessResult execute(ProcessRequest request) {
      throw new UnsupportedOperationException();
    }
  }

  private static BatchSpec batch(int number, int metadata) {
    String key = "k" + number;
    return new BatchSpec(
        BatchSpec.idOf("list", key, "p", Map.of()),
        "list",
        key,
        "p",
        Optional.empty(),
        Map.of(),
        Map.of(),
        Map.of("title", "x".repeat(metadata)),
        List.of(),
        "list:" + key,
        0,
        Optional.empty());
  }

  private static List<BatchSpec> batches(int count, int metadata) {
    return IntStream.range(0, count).mapToObj(number -> batch(number, metadata)).toList();
  }

  private Outcome run(Discover body) throws Exception {
    return run(body, accept(), new TestAttempt()).get(60, TimeUnit.SECONDS);
  }

  private BatchRecorder accept() {
    return (job, batches) -> {
      recorded.add(batches);
      return CompletableFuture.completedStage(batches.size());
    };
  }

  private static CompletableFuture<Outcome> run(
      Discover body, BatchRecorder recorder, TestAttempt attempt) {
    SourceRegistry sources = new SourceRegistry(List.of(new ListSource(body)));
    return new SurveyRunner(sources, recorder, QUICK).run(attempt).toCompletableFuture();
  }

  private static Failure failure(Outcome outcome) {
    return ((Outcome.Failed) outcome).failure();
  }

  @Test
  void whatIsFoundIsRecordedInBoundedChunks() throws Exception {
    Outcome outcome = run(discovery -> discovery.emit(batches(450, 1)));
    assertThat(outcome)
        .isEqualTo(new Outcome.Succeeded(new JobResult.Surveyed(450), Usage.NONE, List.of()));
    assertThat(recorded).allSatisfy(chunk -> assertThat(chunk).hasSizeLessThanOrEqualTo(200));
    assertThat(recorded.stream().mapToInt(List::size).sum()).isEqualTo(450);
    assertThat(Files.readString(directory.resolve("log"))).contains("found 450 batches");
  }

  @Test
  void onlyTheBatchThatIsReproducedIsRecordedUnderAnotherId() throws Exception {
    String first = batch(3, 1).with(Map.of("k", "31")).id().value();
    asked = Map.of("k", "31", "reproduces", first + "@1");
    run(discovery -> discovery.emit(batches(450, 1)));
    asked = Map.of("k", "31", "reproduces", first + "@2");
    run(discovery -> discovery.emit(batches(450, 1)));
    List<BatchSpec> found = recorded.stream().flatMap(List::stream).toList();
    assertThat(found).extracting(BatchSpec::key).containsExactly("k3", "k3");
    assertThat(found.stream().map(batch -> batch.id().value()))
        .doesNotHaveDuplicates()
        .doesNotContain(first);
    assertThat(found.getLast().parameters()).isEqualTo(asked);
  }

  @Test
  void largeBatchesTravelInSmallerChunks() throws Exception {
    run(discovery -> discovery.emit(batches(20, 40_000)));
    assertThat(recorded).hasSize(10);
  }

  @Test
  void aChunkIsSentUntilItIsAcknowledged() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    BatchRecorder flaky =
        (job, batches) ->
            switch (calls.incrementAndGet()) {
              case 1 -> new CompletableFuture<>();
              case 2 -> CompletableFuture.failedStage(new IllegalStateException("database"));
              default -> CompletableFuture.completedStage(batches.size());
            };
    Outcome outcome =
        run(discovery -> discovery.emit(batches(1, 1)), flaky, new TestAttempt())
            .get(60, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    assertThat(calls).hasValue(3);
  }

  @Test
  void withoutAcknowledgementTheAttemptIsTransient() throws Exception {
    Outcome outcome =
        run(
                discovery -> discovery.emit(batches(1, 1)),
                (job, batches) -> CompletableFuture.failedStage(new IllegalStateException("no")),
                new TestAttempt())
            .get(60, TimeUnit.SECONDS);
    assertThat(failure(outcome).failureClass()).isEqualTo(FailureClass.TRANSIENT);
  }

  @Test
  void aSurveyThatTakesNoMoreEndsTheAttempt() throws Exception {
    Outcome outcome =
        run(
                discovery -> discovery.emit(batches(1, 1)),
                (job, batches) ->
                    CompletableFuture.failedStage(new BatchRecorder.Refused("cancelled")),
                new TestAttempt())
            .get(60, TimeUnit.SECONDS);
    assertThat(failure(outcome).failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure(outcome).message()).contains("cancelled");
  }

  /**
   * Else a cancel would be told to people as a failure, when the job is refused before it is
   * stopped.
   */
  @Test
  void aRefusalThatIsFollowedByAStopIsNoFailure() throws Exception {
    TestAttempt attempt = new TestAttempt();
    CountDownLatch refused = new CountDownLatch(1);
    CompletableFuture<Outcome> outcome =
        run(
            discovery -> discovery.emit(batches(1, 1)),
            (job, batches) -> {
              refused.countDown();
              return CompletableFuture.failedStage(new BatchRecorder.Refused("cancelled"));
            },
            attempt);
    refused.await();
    attempt.stop();
    assertThat(failure(outcome.get(60, TimeUnit.SECONDS)).failureClass())
        .isEqualTo(FailureClass.NODE_LOST);
  }

  @Test
  void aSourcesFailureKeepsItsClassAndWhatWasFound() throws Exception {
    Failure absent = Failure.of(FailureClass.ABSENT, "SRR1 is not known");
    Outcome outcome =
        run(
            discovery -> {
              discovery.emit(batches(1, 1));
              throw new Source.SourceException(absent);
            });
    assertThat(failure(outcome)).isEqualTo(absent);
    assertThat(recorded).hasSize(1);
  }

  @Test
  void anUnexpectedErrorIsAnOutcomeToo() throws Exception {
    Outcome outcome =
        run(
            discovery -> {
              throw new IllegalStateException("bug");
            });
    assertThat(failure(outcome).failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure(outcome).message()).contains("bug");
  }

  @Test
  void itStopsWhenTold() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    TestAttempt attempt = new TestAttempt();
    CompletableFuture<Outcome> outcome =
        run(
            discovery -> {
              waiting.countDown();
              new CountDownLatch(1).await();
            },
            accept(),
            attempt);
    waiting.await();
    assertThat(outcome).isNotDone();
    attempt.stop();
    assertThat(failure(outcome.get(60, TimeUnit.SECONDS)).failureClass())
        .isEqualTo(FailureClass.NODE_LOST);
  }
}
