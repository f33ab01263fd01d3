package refinery.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.agent.Attempt;
import refinery.protocol.BatchId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Reproduction;
import refinery.protocol.job.Work;

/**
 * One attempt at a survey, as its source sees it. Sends batches in chunks of bounded size, and
 * repeats each chunk until it is acknowledged. Used by one thread.
 */
final class RecordingDiscovery implements Source.Discovery {
  private static final Logger LOG = LoggerFactory.getLogger(RecordingDiscovery.class);
  private static final int MOST_BATCHES = 200;

  /** A chunk is one message, and Artery refuses frames above 256 KiB by default. */
  private static final int MOST_CHARACTERS = 96 * 1024;

  private final Attempt attempt;
  private final Work.Survey work;
  private final BatchRecorder recorder;
  private final SurveyRunner.Resend resend;
  private final Map<String, String> asked;
  private final Optional<BatchId> reproduced;

  /** What was asked of the pipeline itself. */
  private final Map<String, String> own;

  private int recorded;

  RecordingDiscovery(
      Attempt attempt, Work.Survey work, BatchRecorder recorder, SurveyRunner.Resend resend) {
    this.attempt = attempt;
    this.work = work;
    this.asked = work.pipelineParameters();
    this.reproduced = Reproduction.of(asked);
    this.own = new TreeMap<>(asked);
    this.own.remove(Reproduction.PARAMETER);
    this.recorder = recorder;
    this.resend = resend;
  }

  int recorded() {
    return recorded;
  }

  @Override
  public JsonNode parameters() {
    return work.parameters();
  }

  @Override
  public String pipeline() {
    return work.pipeline();
  }

  @Override
  public boolean isStopped() {
    return attempt.isStopped() || Thread.currentThread().isInterrupted();
  }

  @Override
  public void emit(List<BatchSpec> batches) throws InterruptedException {
    List<BatchSpec> chunk = new ArrayList<>();
    int characters = 0;
    for (BatchSpec found : batches) {
      Optional<String> other = disagreement(found);
      if (other.isPresent()) {
        progress(found.key() + " is left out: " + other.get());
        continue;
      }
      if (isNotTheReproduced(found)) {
        continue;
      }
      BatchSpec batch = asked.isEmpty() ? found : found.with(asked);
      int more = BatchSize.of(batch);
      if (!chunk.isEmpty()
          && (chunk.size() == MOST_BATCHES || characters + more > MOST_CHARACTERS)) {
        send(chunk);
        chunk = new ArrayList<>();
        characters = 0;
      }
      chunk.add(batch);
      characters += more;
    }
    if (!chunk.isEmpty()) {
      send(chunk);
    }
  }

  /** True for what comes along when one batch of a survey is made again. */
  private boolean isNotTheReproduced(BatchSpec found) {
    return reproduced
        .filter(id -> !(own.isEmpty() ? found : found.with(own)).id().equals(id))
        .isPresent();
  }

  /**
   * Why a batch is left out: the survey asked for another value of a parameter that is part of the
   * batch's identity, as when a source makes a batch for each value. Empty when it fits.
   */
  private Optional<String> disagreement(BatchSpec found) {
    return asked.entrySet().stream()
        .filter(
            entry ->
                !found
                    .identity()
                    .getOrDefault(entry.getKey(), entry.getValue())
                    .equals(entry.getValue()))
        .map(entry -> entry.getKey() + "=" + entry.getValue() + " was asked for")
        .findFirst();
  }

  private void send(List<BatchSpec> chunk) throws InterruptedException {
    List<BatchSpec> batches = List.copyOf(chunk);
    for (int number = 1; ; number++) {
      if (isStopped()) {
        throw new InterruptedException("stopped");
      }
      try {
        int acknowledged = acknowledgement(batches);
        LOG.debug("survey recorded {} batches, says {}", batches.size(), acknowledged);
        recorded += batches.size();
        attempt.progressed();
        return;
      } catch (TimeoutException | ExecutionException | CompletionException e) {
        if (number == resend.tries()) {
          throw new Unacknowledged(batches.size(), number, e);
        }
        progress("the survey did not acknowledge " + batches.size() + " batches; sending again");
        boolean never =
            new CountDownLatch(1).await(resend.pause().toMillis(), TimeUnit.MILLISECONDS);
        assert !never;
      }
    }
  }

  private int acknowledgement(List<BatchSpec> batches)
      throws InterruptedException, TimeoutException, ExecutionException {
    try {
      return recorder
          .record(attempt.spec(), batches)
          .toCompletableFuture()
          .get(resend.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause =
          e.getCause() instanceof CompletionException wrapped ? wrapped.getCause() : e.getCause();
      if (cause instanceof BatchRecorder.Refused refused) {
        throw refused;
      }
      throw e;
    }
  }

  /** The survey did not acknowledge some batches; another attempt may succeed. */
  static final class Unacknowledged extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unacknowledged(int batches, int tries, Exception cause) {
      super(
          "the survey did not acknowledge %d batches in %d tries; is the database up?"
              .formatted(batches, tries),
          cause);
    }
  }

  @Override
  public void progress(String message) {
    attempt.progressed();
    String line = Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + message;
    try (BufferedWriter log =
        Files.newBufferedWriter(
            attempt.log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      log.write(line.replaceAll("\\p{Cntrl}", " "));
      log.newLine();
    } catch (IOException e) {
      LOG.warn("cannot write the log {}: {}", attempt.log(), e.getMessage());
    }
  }
}
