package refinery.source;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.agent.Attempt;
import refinery.agent.WorkRunner;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;

/**
 * Runs survey jobs: the source searches on a virtual thread, and what it finds is sent to the
 * survey in chunks that are acknowledged. Nothing is kept between attempts: a retry searches again,
 * and the survey ignores batches that it knows.
 */
public final class SurveyRunner implements WorkRunner {
  private static final Logger LOG = LoggerFactory.getLogger(SurveyRunner.class);

  private final SourceRegistry sources;
  private final BatchRecorder recorder;
  private final Resend resend;

  /**
   * How often a chunk is sent before the attempt fails as transient.
   *
   * @param tries the first included
   * @param timeout for one acknowledgement
   * @param pause between two tries
   */
  public record Resend(int tries, Duration timeout, Duration pause) {
    /** Waits longer than an entity needs to move to another node. */
    public static final Resend PATIENT =
        new Resend(12, Duration.ofSeconds(10), Duration.ofSeconds(2));
  }

  public SurveyRunner(SourceRegistry sources, BatchRecorder recorder) {
    this(sources, recorder, Resend.PATIENT);
  }

  public SurveyRunner(SourceRegistry sources, BatchRecorder recorder, Resend resend) {
    this.sources = sources;
    this.recorder = recorder;
    this.resend = resend;
  }

  @Override
  public CompletionStage<Outcome> run(Attempt attempt) {
    CompletableFuture<Outcome> result = new CompletableFuture<>();
    Thread worker =
        Thread.ofVirtual()
            .name("survey-" + attempt.spec().id())
            .unstarted(() -> complete(result, attempt));
    worker.start();
    attempt.onStop(worker::interrupt);
    return result;
  }

  /**
   * Completes the attempt in any case: after an unexpected error it would hold its resources for
   * ever.
   */
  private void complete(CompletableFuture<Outcome> result, Attempt attempt) {
    try {
      result.complete(outcome(attempt));
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
  }

  private Outcome outcome(Attempt attempt) {
    if (!(attempt.spec().work() instanceof Work.Survey work)) {
      return failed(FailureClass.PERMANENT, "not a survey: " + attempt.spec().work());
    }
    Optional<Source> source = sources.find(work.source());
    if (source.isEmpty()) {
      return failed(
          FailureClass.PERMANENT,
          "this node has no source '" + work.source() + "', only " + sources.names());
    }
    return discover(source.get(), new RecordingDiscovery(attempt, work, recorder, resend), attempt);
  }

  private Outcome discover(Source source, RecordingDiscovery discovery, Attempt attempt) {
    try {
      ChosenBatches.discover(source, discovery, attempt.scratch());
      if (attempt.isStopped()) {
        return stopped();
      }
      discovery.progress("found " + discovery.recorded() + " batches");
      JobResult result = new JobResult.Surveyed(discovery.recorded());
      return new Outcome.Succeeded(result, Usage.NONE, List.of());
    } catch (Source.SourceException e) {
      discovery.progress("failed: " + e.failure().message());
      return attempt.isStopped()
          ? stopped()
          : new Outcome.Failed(e.failure(), Usage.NONE, List.of());
    } catch (BatchRecorder.Refused e) {
      return refused(attempt, e);
    } catch (RecordingDiscovery.Unacknowledged e) {
      return failed(FailureClass.TRANSIENT, e.getMessage());
    } catch (InterruptedException e) {
      return attempt.isStopped()
          ? stopped()
          : failed(FailureClass.TRANSIENT, "the survey was interrupted");
    } catch (RuntimeException e) {
      LOG.error("source {} failed unexpectedly in {}", source.name(), attempt.spec().id(), e);
      return failed(
          FailureClass.PERMANENT,
          "source '%s' failed unexpectedly: %s (see the node's log)".formatted(source.name(), e));
    }
  }

  /**
   * Waits for a stop before it reports that the survey refused batches: a cancelled survey also
   * stops its job, but that message may arrive later.
   */
  private Outcome refused(Attempt attempt, BatchRecorder.Refused refusal) {
    try {
      boolean never =
          !attempt.isStopped()
              && new CountDownLatch(1).await(resend.timeout().toMillis(), TimeUnit.MILLISECONDS);
      assert !never;
    } catch (InterruptedException e) {
      LOG.debug("{} was told to stop", attempt.spec().id());
    }
    return attempt.isStopped()
        ? stopped()
        : failed(
            FailureClass.PERMANENT, "the survey takes no more batches: " + refusal.getMessage());
  }

  private static Outcome stopped() {
    return failed(FailureClass.NODE_LOST, "stopped before the survey was complete");
  }

  private static Outcome failed(FailureClass failureClass, String message) {
    return new Outcome.Failed(Failure.of(failureClass, message), Usage.NONE, List.of());
  }
}
