package refinery.survey;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobStatus;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;

/**
 * A survey's whole truth, as its events made it.
 *
 * @param phase of the survey job
 * @param found batches that are not registered yet, with what is known of them
 * @param batches registered ones: revision and state they last told
 * @param counts of {@code batches} by whether they ended, kept so that no event costs a scan
 * @param cancelling batches that must still be told
 * @param retrying batches that must still be told
 * @param jobCancelling the survey job must still be told, once it exists
 * @param jobRetrying likewise
 */
public record Survey(
    SurveyId id,
    SurveyRequest request,
    SurveyState state,
    Optional<String> reason,
    Instant createdAt,
    Optional<Instant> finishedAt,
    JobId job,
    boolean jobAccepted,
    long jobRevision,
    Phase phase,
    Optional<Failure> jobFailure,
    Map<BatchId, BatchSpec> found,
    Map<BatchId, Told> batches,
    Counts counts,
    Set<BatchId> cancelling,
    Set<BatchId> retrying,
    boolean jobCancelling,
    boolean jobRetrying) {

  /** The survey job, as far as the survey knows. */
  enum Phase {
    ACTIVE,
    SUCCEEDED,
    FAILED,
    CANCELLED
  }

  record Told(long revision, BatchState state) {}

  record Counts(int active, int failed) {}

  static Survey created(SurveyId id, SurveyEvent.Created event) {
    return new Survey(
        id,
        event.request(),
        SurveyState.RUNNING,
        Optional.empty(),
        event.at(),
        Optional.empty(),
        event.job(),
        false,
        0,
        Phase.ACTIVE,
        Optional.empty(),
        Map.of(),
        Map.of(),
        new Counts(0, 0),
        Set.of(),
        Set.of(),
        false,
        false);
  }

  boolean knows(BatchId batch) {
    return found.containsKey(batch) || batches.containsKey(batch);
  }

  /** Whether everything has ended: nothing to find, to register, to wait for or to tell. */
  boolean isComplete() {
    return phase != Phase.ACTIVE
        && found.isEmpty()
        && counts.active == 0
        && retrying.isEmpty()
        && !jobRetrying;
  }

  Survey evolve(SurveyEvent event) {
    Draft draft = new Draft(this);
    switch (event) {
      case SurveyEvent.Created created -> draft.unchanged();
      case SurveyEvent.JobAccepted accepted -> draft.jobAccepted = true;
      case SurveyEvent.BatchesFound found -> found.batches().forEach(draft::found);
      case SurveyEvent.BatchRegistered registered -> draft.registered(registered.batch());
      case SurveyEvent.BatchUpdated updated -> draft.updated(updated);
      case SurveyEvent.JobUpdated updated -> draft.jobUpdated(updated);
      case SurveyEvent.Cancelled cancelled -> draft.cancelled(cancelled);
      case SurveyEvent.BatchCancelled cancelled -> draft.cancelling().remove(cancelled.batch());
      case SurveyEvent.Retried retried -> draft.retried(retried);
      case SurveyEvent.BatchRetried retried -> draft.retrying().remove(retried.batch());
      case SurveyEvent.PriorityChanged changed -> draft.priority(changed.priority());
      case SurveyEvent.Finished finished -> draft.finished(finished);
    }
    return draft.build();
  }

  /** A mutable copy that lives for one event; large maps are copied only when they change. */
  private static final class Draft {
    private final Survey from;
    private SurveyRequest request;
    private SurveyState state;
    private Optional<String> reason;
    private Optional<Instant> finishedAt;
    private boolean jobAccepted;
    private long jobRevision;
    private Phase phase;
    private Optional<Failure> jobFailure;
    private Map<BatchId, BatchSpec> found;
    private Map<BatchId, Told> batches;
    private int active;
    private int failed;
    private Set<BatchId> cancelling;
    private Set<BatchId> retrying;
    private boolean jobCancelling;
    private boolean jobRetrying;
    private boolean foundCopied;
    private boolean batchesCopied;
    private boolean cancellingCopied;
    private boolean retryingCopied;

    Draft(Survey survey) {
      from = survey;
      request = survey.request;
      state = survey.state;
      reason = survey.reason;
      finishedAt = survey.finishedAt;
      jobAccepted = survey.jobAccepted;
      jobRevision = survey.jobRevision;
      phase = survey.phase;
      jobFailure = survey.jobFailure;
      found = survey.found;
      batches = survey.batches;
      active = survey.counts.active;
      failed = survey.counts.failed;
      cancelling = survey.cancelling;
      retrying = survey.retrying;
      jobCancelling = survey.jobCancelling;
      jobRetrying = survey.jobRetrying;
    }

    Survey build() {
      return new Survey(
          from.id,
          request,
          state,
          reason,
          from.createdAt,
          finishedAt,
          from.job,
          jobAccepted,
          jobRevision,
          phase,
          jobFailure,
          Collections.unmodifiableMap(found),
          Collections.unmodifiableMap(batches),
          new Counts(active, failed),
          Collections.unmodifiableSet(cancelling),
          Collections.unmodifiableSet(retrying),
          jobCancelling,
          jobRetrying);
    }

    void unchanged() {}

    private Map<BatchId, BatchSpec> found() {
      if (!foundCopied) {
        found = new LinkedHashMap<>(found);
        foundCopied = true;
      }
      return found;
    }

    private Map<BatchId, Told> batches() {
      if (!batchesCopied) {
        batches = new LinkedHashMap<>(batches);
        batchesCopied = true;
      }
      return batches;
    }

    Set<BatchId> cancelling() {
      if (!cancellingCopied) {
        cancelling = new LinkedHashSet<>(cancelling);
        cancellingCopied = true;
      }
      return cancelling;
    }

    Set<BatchId> retrying() {
      if (!retryingCopied) {
        retrying = new LinkedHashSet<>(retrying);
        retryingCopied = true;
      }
      return retrying;
    }

    void found(BatchSpec spec) {
      if (!from.knows(spec.id())) {
        found().put(spec.id(), spec);
      }
    }

    void registered(BatchId batch) {
      found().remove(batch);
      put(batch, new Told(0, BatchState.QUEUED));
    }

    void updated(SurveyEvent.BatchUpdated event) {
      found().remove(event.batch());
      put(event.batch(), new Told(event.revision(), event.state()));
      retrying().remove(event.batch());
      if (!event.state().isTerminal() && state != SurveyState.CANCELLED) {
        state = SurveyState.RUNNING;
        finishedAt = Optional.empty();
      }
    }

    private void put(BatchId batch, Told told) {
      Told before = batches().put(batch, told);
      if (before != null) {
        count(before.state(), -1);
      }
      count(told.state(), 1);
    }

    private void count(BatchState of, int by) {
      if (!of.isTerminal()) {
        active += by;
      } else if (of == BatchState.FAILED) {
        failed += by;
      }
    }

    void jobUpdated(SurveyEvent.JobUpdated event) {
      jobRevision = event.revision();
      jobAccepted = true;
      jobRetrying = false;
      jobCancelling = false;
      jobFailure = Optional.empty();
      phase =
          switch (event.status()) {
            case JobStatus.Active again -> Phase.ACTIVE;
            case JobStatus.Succeeded succeeded -> Phase.SUCCEEDED;
            case JobStatus.Failed failure -> Phase.FAILED;
            case JobStatus.Cancelled cancelled -> Phase.CANCELLED;
          };
      if (event.status() instanceof JobStatus.Failed failure) {
        jobFailure = Optional.of(failure.failure());
      }
      if (phase == Phase.ACTIVE && state != SurveyState.CANCELLED) {
        state = SurveyState.RUNNING;
        finishedAt = Optional.empty();
      }
    }

    void cancelled(SurveyEvent.Cancelled event) {
      state = SurveyState.CANCELLED;
      reason = Optional.of(event.reason());
      finishedAt = Optional.of(event.at());
      found = Map.of();
      jobCancelling = phase == Phase.ACTIVE;
      jobRetrying = false;
      retrying = Set.of();
      retryingCopied = false;
      batches.forEach(
          (batch, told) -> {
            if (!told.state().isTerminal()) {
              cancelling().add(batch);
            }
          });
    }

    void retried(SurveyEvent.Retried event) {
      state = SurveyState.RUNNING;
      reason = Optional.empty();
      finishedAt = Optional.empty();
      jobRetrying = event.jobAgain();
      cancelling = Set.of();
      cancellingCopied = false;
      event.batches().forEach(retrying()::add);
    }

    void priority(int priority) {
      request =
          new SurveyRequest(
              request.source(),
              request.parameters(),
              request.pipeline(),
              priority,
              request.labels());
    }

    void finished(SurveyEvent.Finished event) {
      state = event.state();
      reason = Optional.of(event.reason()).filter(text -> !text.isEmpty());
      finishedAt = Optional.of(event.at());
    }
  }
}
