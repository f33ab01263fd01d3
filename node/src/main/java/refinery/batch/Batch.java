package refinery.batch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import refinery.protocol.Failure;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Claim;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;

/**
 * A batch's whole truth, as its events made it.
 *
 * @param spec what its jobs and results go by
 * @param offered a newer description, not used yet
 * @param describedAt when a survey found the newest description
 * @param revision of the state that surveys are told: raised when the batch ends or is taken up
 *     again
 * @param observers the surveys that ever found it, in the order they came
 * @param downloadJob the current generation's; empty when there is nothing to download
 * @param downloadAccepted the job entity has it
 * @param jobPriority what the job that was accepted last is known to have heard; empty when unknown
 * @param seen per job, the revision of its status that was taken in
 * @param failedJob the job that a retry has to retry
 * @param retrying that job was asked to go on and has not said so yet
 * @param lettingGo jobs to be let go, not yet confirmed; some may never have been submitted
 */
public record Batch(
    BatchSpec spec,
    Optional<BatchSpec> offered,
    Instant describedAt,
    BatchState state,
    int priority,
    Optional<String> reason,
    Instant createdAt,
    Instant updatedAt,
    long revision,
    Map<SurveyId, Observer> observers,
    Optional<JobId> downloadJob,
    int downloadGeneration,
    boolean downloadAccepted,
    Optional<JobResult.Downloaded> downloaded,
    JobId processJob,
    int processGeneration,
    boolean processAccepted,
    OptionalInt jobPriority,
    Optional<JobResult.Processed> processed,
    List<JobId> jobs,
    Map<JobId, Long> seen,
    Optional<JobId> failedJob,
    boolean retrying,
    Set<JobId> lettingGo) {

  /**
   * @param claim the survey's latest
   * @param informed the revision that it acknowledged
   */
  public record Observer(Claim claim, long informed) {}

  /** Of a batch that is done, as its reason. */
  private static final String CHANGED =
      "the source offers other files since; reprocess it to use them";

  static Batch registered(BatchEvent.Registered event) {
    BatchSpec spec = event.spec();
    boolean skipped = spec.skip().isPresent();
    JobId process = Ids.processJob(spec.id(), 1);
    boolean direct = spec.files().isEmpty();
    return new Batch(
        spec,
        Optional.empty(),
        event.foundAt(),
        skipped ? BatchState.CANCELLED : direct ? BatchState.DOWNLOADED : BatchState.QUEUED,
        0,
        spec.skip(),
        event.at(),
        event.at(),
        skipped ? 1 : 0,
        Map.of(),
        skipped || direct
            ? Optional.empty()
            : Optional.of(Ids.downloadJob(spec.downloadGroup(), 1)),
        1,
        false,
        direct ? Optional.of(new JobResult.Downloaded(List.of(), Map.of())) : Optional.empty(),
        process,
        1,
        false,
        OptionalInt.empty(),
        Optional.empty(),
        List.of(),
        Map.of(),
        Optional.empty(),
        false,
        Set.of());
  }

  /** Whether that job still works for this batch; what does not is let go. */
  boolean wants(JobId job) {
    boolean download =
        downloadJob.filter(job::equals).isPresent()
            && state != BatchState.DONE
            && state != BatchState.CANCELLED;
    return download || (processJob.equals(job) && state != BatchState.CANCELLED);
  }

  /** As a survey described it last. */
  BatchSpec newest() {
    return offered.orElse(spec);
  }

  /** Whether the source offers other bytes than those that its jobs and results go by. */
  boolean changedAtSource() {
    return !newest().hasContentOf(spec);
  }

  /** Other bytes, or the same elsewhere. */
  boolean otherFilesOffered() {
    return !newest().files().equals(spec.files());
  }

  /** Why it ended so, or what is to be known of it. */
  Optional<String> words() {
    return state == BatchState.DONE && changedAtSource() ? Optional.of(CHANGED) : reason;
  }

  /** The job that works for it now, or has failed and would go on after a retry. */
  Optional<JobId> current() {
    return switch (state) {
      case DOWNLOADING -> downloadJob;
      case PROCESSING -> Optional.of(processJob);
      case FAILED -> failedJob;
      case QUEUED, DOWNLOADED, DONE, CANCELLED -> Optional.empty();
    };
  }

  JobKind kindOf(JobId job) {
    return IntStream.rangeClosed(1, processGeneration)
            .mapToObj(generation -> Ids.processJob(spec.id(), generation))
            .anyMatch(job::equals)
        ? JobKind.PROCESS
        : JobKind.DOWNLOAD;
  }

  /** Whether any survey wants it. */
  boolean isWanted() {
    return observers.values().stream().anyMatch(observer -> observer.claim().wanted());
  }

  Standing standing() {
    return new Standing(
        revision, state, state == BatchState.CANCELLED && reason.equals(spec.skip()));
  }

  Batch evolve(BatchEvent event) {
    Draft draft = new Draft(this, event.at());
    switch (event) {
      case BatchEvent.Registered registered -> draft.unchanged();
      case BatchEvent.SurveyClaimed claimed -> draft.claimed(claimed.claim());
      case BatchEvent.Described described -> draft.described(described);
      case BatchEvent.DownloadRequested requested -> draft.requested(requested);
      case BatchEvent.DownloadAccepted accepted -> draft.downloadAccepted(accepted);
      case BatchEvent.Downloaded downloaded -> draft.downloaded(downloaded);
      case BatchEvent.ProcessAccepted accepted -> draft.processAccepted(accepted);
      case BatchEvent.JobPriorityKnown known ->
          draft.jobPriority = OptionalInt.of(known.priority());
      case BatchEvent.Processed processed -> draft.processed(processed);
      case BatchEvent.Failed failed ->
          draft.failed(failed.job(), failed.revision(), failed.failure());
      case BatchEvent.Cancelled cancelled -> draft.cancelled(cancelled.reason());
      case BatchEvent.Resumed resumed -> draft.resumed(resumed.job(), resumed.revision());
      case BatchEvent.ReprocessRequested again -> draft.reprocess(again.generation());
      case BatchEvent.JobNoted noted -> draft.noted(noted.job(), noted.revision());
      case BatchEvent.JobUnwanted unwanted -> draft.unwanted(unwanted.job());
      case BatchEvent.SurveyInformed told -> draft.informed(told.survey(), told.revision());
      case BatchEvent.RawDataReleased released -> draft.released(released.job());
    }
    return draft.build();
  }

  /** A mutable copy that lives for one event. */
  private static final class Draft {
    private final Batch from;
    private BatchSpec spec;
    private Optional<BatchSpec> offered;
    private Instant describedAt;
    private BatchState state;
    private int priority;
    private Optional<String> reason;
    private final Instant updatedAt;
    private long revision;
    private final Map<SurveyId, Observer> observers;
    private Optional<JobId> downloadJob;
    private int downloadGeneration;
    private boolean downloadAccepted;
    private Optional<JobResult.Downloaded> downloaded;
    private JobId processJob;
    private int processGeneration;
    private boolean processAccepted;
    private OptionalInt jobPriority;
    private Optional<JobResult.Processed> processed;
    private final List<JobId> jobs;
    private final Map<JobId, Long> seen;
    private Optional<JobId> failedJob;
    private boolean retrying;
    private final Set<JobId> lettingGo;

    Draft(Batch batch, Instant at) {
      from = batch;
      spec = batch.spec;
      offered = batch.offered;
      describedAt = batch.describedAt;
      updatedAt = at;
      state = batch.state;
      priority = batch.priority;
      reason = batch.reason;
      revision = batch.revision;
      observers = new LinkedHashMap<>(batch.observers);
      downloadJob = batch.downloadJob;
      downloadGeneration = batch.downloadGeneration;
      downloadAccepted = batch.downloadAccepted;
      downloaded = batch.downloaded;
      processJob = batch.processJob;
      processGeneration = batch.processGeneration;
      processAccepted = batch.processAccepted;
      jobPriority = batch.jobPriority;
      processed = batch.processed;
      jobs = new ArrayList<>(batch.jobs);
      seen = new TreeMap<>(batch.seen);
      failedJob = batch.failedJob;
      retrying = batch.retrying;
      lettingGo = new TreeSet<>(batch.lettingGo);
    }

    Batch build() {
      return new Batch(
          spec,
          offered,
          describedAt,
          state,
          priority,
          reason,
          from.createdAt,
          updatedAt,
          revision,
          java.util.Collections.unmodifiableMap(observers),
          downloadJob,
          downloadGeneration,
          downloadAccepted,
          downloaded,
          processJob,
          processGeneration,
          processAccepted,
          jobPriority,
          processed,
          List.copyOf(jobs),
          java.util.Collections.unmodifiableMap(seen),
          failedJob,
          retrying,
          java.util.Collections.unmodifiableSet(lettingGo));
    }

    void unchanged() {}

    /** A survey that finds a batch that has ended must still be told so. */
    void claimed(Claim claim) {
      Observer before = observers.get(claim.survey());
      if (before == null && state.isTerminal() && revision == 0) {
        revision = 1;
      }
      long informed =
          before != null ? before.informed() : state.isTerminal() ? revision - 1 : revision;
      observers.put(claim.survey(), new Observer(claim, informed));
      observers.values().stream()
          .map(Observer::claim)
          .filter(Claim::wanted)
          .mapToInt(Claim::priority)
          .max()
          .ifPresent(highest -> priority = highest);
    }

    /**
     * What has ended or works goes on by what it began with; only a cancelled batch has nothing.
     */
    void described(BatchEvent.Described event) {
      describedAt = event.foundAt();
      if (state != BatchState.CANCELLED) {
        offered = Optional.of(event.spec()).filter(other -> !other.equals(spec));
        return;
      }
      spec = event.spec();
      reason = spec.skip().or(() -> reason);
      boolean skipped = reason.equals(spec.skip());
      revision += skipped == from.standing().skipped() ? 0 : 1;
    }

    void requested(BatchEvent.DownloadRequested event) {
      downloadJob = Optional.of(event.job());
      downloadGeneration = event.generation();
      downloadAccepted = false;
      downloaded = Optional.empty();
      retrying = false;
      failedJob = Optional.empty();
      state = BatchState.QUEUED;
    }

    void downloadAccepted(BatchEvent.DownloadAccepted event) {
      downloadAccepted = true;
      jobPriority = OptionalInt.of(event.priority());
      add(event.job());
      if (state == BatchState.QUEUED) {
        state = BatchState.DOWNLOADING;
      }
    }

    void downloaded(BatchEvent.Downloaded event) {
      seen.put(event.job(), event.revision());
      retrying = false;
      failedJob = Optional.empty();
      exists(event.job());
      revision += from.state.isTerminal() ? 1 : 0;
      downloaded = Optional.of(event.result());
      processJob = event.processJob();
      state = BatchState.DOWNLOADED;
      reason = Optional.empty();
    }

    void processAccepted(BatchEvent.ProcessAccepted event) {
      processAccepted = true;
      jobPriority = OptionalInt.of(event.priority());
      add(event.job());
      if (state == BatchState.DOWNLOADED) {
        state = BatchState.PROCESSING;
      }
    }

    void processed(BatchEvent.Processed event) {
      seen.put(event.job(), event.revision());
      retrying = false;
      failedJob = Optional.empty();
      exists(event.job());
      processed = Optional.of(event.result());
      reason = Optional.empty();
      downloadJob.filter(job -> downloadAccepted).ifPresent(lettingGo::add);
      ended(BatchState.DONE);
    }

    void failed(JobId job, long jobRevision, Failure failure) {
      seen.put(job, jobRevision);
      exists(job);
      retrying = false;
      failedJob = Optional.of(job);
      reason = Optional.of(failure.failureClass().word() + ": " + failure.message());
      ended(BatchState.FAILED);
    }

    void cancelled(String why) {
      reason = Optional.of(why);
      retrying = false;
      failedJob = Optional.empty();
      letJobsGo();
      useOffered();
      ended(BatchState.CANCELLED);
    }

    void resumed(JobId job, long jobRevision) {
      if (jobRevision > 0) {
        seen.put(job, jobRevision);
        exists(job);
      }
      retrying = jobRevision == 0;
      failedJob = Optional.of(job).filter(same -> retrying);
      reason = Optional.empty();
      revision++;
      state =
          downloadJob.filter(job::equals).isPresent()
              ? BatchState.DOWNLOADING
              : BatchState.PROCESSING;
    }

    /** Also what may have been submitted without an answer. */
    private void letJobsGo() {
      downloadJob.ifPresent(lettingGo::add);
      if (processAccepted || state == BatchState.DOWNLOADED) {
        lettingGo.add(processJob);
      }
    }

    private void useOffered() {
      spec = offered.orElse(spec);
      offered = Optional.empty();
    }

    /** Everything once more: raw data that was let go is downloaded by the next generation. */
    void reprocess(int generation) {
      if (state != BatchState.DONE && state != BatchState.CANCELLED) {
        letJobsGo();
      }
      useOffered();
      processGeneration = generation;
      processJob = Ids.processJob(spec.id(), generation);
      processAccepted = false;
      processed = Optional.empty();
      downloadAccepted = false;
      jobPriority = OptionalInt.empty();
      retrying = false;
      failedJob = Optional.empty();
      reason = Optional.empty();
      revision++;
      if (spec.files().isEmpty()) {
        downloadJob = Optional.empty();
        downloaded = Optional.of(new JobResult.Downloaded(List.of(), Map.of()));
        state = BatchState.DOWNLOADED;
        return;
      }
      downloadGeneration++;
      downloadJob = Optional.of(Ids.downloadJob(spec.downloadGroup(), downloadGeneration));
      downloaded = Optional.empty();
      state = BatchState.QUEUED;
    }

    void noted(JobId job, long jobRevision) {
      seen.merge(job, jobRevision, Math::max);
    }

    /** Of a failed batch this is the job to retry, or what that needs: a retry begins anew. */
    void unwanted(JobId job) {
      lettingGo.add(job);
      boolean needed = processJob.equals(job) || downloadJob.filter(job::equals).isPresent();
      failedJob = needed && state == BatchState.FAILED ? Optional.empty() : failedJob;
    }

    void released(JobId job) {
      lettingGo.remove(job);
    }

    void informed(SurveyId survey, long upTo) {
      observers.computeIfPresent(
          survey, (id, known) -> new Observer(known.claim(), Math.max(known.informed(), upTo)));
    }

    private void ended(BatchState terminal) {
      state = terminal;
      revision++;
    }

    /** A job that speaks has accepted, even if its acceptance was lost. */
    private void exists(JobId job) {
      add(job);
      boolean download = downloadJob.filter(job::equals).isPresent();
      boolean process = processJob.equals(job);
      if ((download && !downloadAccepted) || (process && !processAccepted)) {
        jobPriority = OptionalInt.empty();
      }
      downloadAccepted |= download;
      processAccepted |= process;
    }

    private void add(JobId job) {
      if (!jobs.contains(job)) {
        jobs.add(job);
      }
    }
  }
}
