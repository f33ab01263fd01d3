package refinery.archive.batches;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import refinery.manifests.Manifests;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.query.SetQueries;
import refinery.source.Source.Discovery;
import refinery.source.Source.SourceException;

/**
 * Finds the batches that a survey's parameters ask for, and stores their list. Blocking; used by
 * one thread.
 */
final class Members {
  private static final int PAGE = 5_000;
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int LOOKS_BETWEEN_WORDS = 20;

  private final SetQueries queries;
  private final Manifests manifests;
  private final Discovery discovery;

  Members(SetQueries queries, Manifests manifests, Discovery discovery) {
    this.queries = queries;
    this.manifests = manifests;
    this.discovery = discovery;
  }

  Manifest stored() throws SourceException, InterruptedException {
    try {
      Path draft = manifests.draft();
      try {
        int count = written(draft);
        if (count == 0) {
          throw failed(FailureClass.ABSENT, "there is no batch to be made of");
        }
        long length = Files.size(draft);
        return new Manifest(manifests.put(draft), count, 0, length);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw failed(FailureClass.TRANSIENT, "cannot store the list of batches: " + e.getMessage());
    }
  }

  private int written(Path draft) throws IOException, SourceException, InterruptedException {
    JsonNode parameters = discovery.parameters();
    try (BufferedWriter out = Files.newBufferedWriter(draft)) {
      return parameters.has("survey")
          ? ofSurvey(SurveyId.of(parameters.path("survey").asText()), out)
          : named(parameters, out);
    }
  }

  private int named(JsonNode parameters, BufferedWriter out)
      throws IOException, SourceException, InterruptedException {
    TreeSet<String> ids = new TreeSet<>();
    parameters.path("batches").forEach(id -> ids.add(id.asText()));
    BatchSet set =
        new BatchSet(
            new Manifest("", ids.size(), 0, 0),
            parameters.path("pipeline").asText(),
            parameters.path("artifact").asText());
    List<BatchId> asked = ids.stream().map(BatchId::of).toList();
    List<BatchId> there =
        answer(queries.members(asked, set)).stream().map(SetQueries.Member::batch).toList();
    Optional<BatchId> unknown = asked.stream().filter(id -> !there.contains(id)).findFirst();
    if (unknown.isPresent()) {
      throw failed(FailureClass.ABSENT, "there is no batch " + unknown.get());
    }
    return write(asked, out);
  }

  private int ofSurvey(SurveyId survey, BufferedWriter out)
      throws IOException, SourceException, InterruptedException {
    awaitAll(survey);
    int count = 0;
    List<BatchId> page = answer(queries.batches(survey, Optional.empty(), PAGE));
    while (!page.isEmpty()) {
      count += write(page, out);
      page = answer(queries.batches(survey, Optional.of(page.getLast()), PAGE));
    }
    return count;
  }

  /** Waits until the survey has found all its batches; fails if it has ended before. */
  private void awaitAll(SurveyId survey) throws SourceException, InterruptedException {
    for (int look = 0; ; look++) {
      switch (answer(queries.search(survey))) {
        case COMPLETE -> {
          return;
        }
        case UNKNOWN_SURVEY -> throw failed(FailureClass.ABSENT, "there is no survey " + survey);
        case ENDED_EARLY ->
            throw failed(
                FailureClass.PERMANENT,
                survey + " has ended before it had found all: refinery retry " + survey);
        case RUNNING -> {
          if (discovery.isStopped()) {
            throw new InterruptedException("stopped");
          }
          if (look % LOOKS_BETWEEN_WORDS == 0) {
            discovery.progress(survey + " is still finding batches");
          }
          boolean never = new CountDownLatch(1).await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
          assert !never;
        }
      }
    }
  }

  private static int write(List<BatchId> ids, BufferedWriter out) throws IOException {
    for (BatchId id : ids) {
      out.write(id.value());
      out.write('\n');
    }
    return ids.size();
  }

  private static <T> T answer(CompletionStage<T> stage)
      throws SourceException, InterruptedException {
    try {
      return stage.toCompletableFuture().get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw failed(FailureClass.TRANSIENT, "the read model does not answer: " + e);
    }
  }

  private static SourceException failed(FailureClass failureClass, String message) {
    return new SourceException(Failure.of(failureClass, message));
  }
}
