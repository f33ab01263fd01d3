package refinery.batch;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pcollections.OrderedPMap;
import refinery.protocol.Failure;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Claim;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.Standing;

/**
 * A batch's whole truth, as its events made it. Immutable.
 *
 * @param observers the surveys that ever found it, in the order they came
 * @param priority the highest of those that want it
 */
public record Batch(
    Description description,
    Course course,
    OrderedPMap<SurveyId, Observer> observers,
    int priority,
    Errands errands,
    Results results) {

  /**
   * @param claim the survey's latest
   * @param informed the revision that it acknowledged
   */
  public record Observer(Claim claim, long informed) {}

  /**
   * Where it stands, and why.
   *
   * @param revision of the state that surveys are told: raised when the batch ends or is taken up
   *     again
   */
  record Course(
      BatchState state,
      Optional<String> reason,
      Instant createdAt,
      Instant updatedAt,
      long revision) {

    Course to(BatchState next) {
      return new Course(next, reason, createdAt, updatedAt, revision);
    }

    Course because(Optional<String> why) {
      return new Course(state, why, createdAt, updatedAt, revision);
    }

    Course raised() {
      return new Course(state, reason, createdAt, updatedAt, revision + 1);
    }

    Course at(Instant now) {
      return new Course(state, reason, createdAt, now, revision);
    }

    Course ended(BatchState terminal, Optional<String> why) {
      return new Course(terminal, why, createdAt, updatedAt, revision + 1);
    }

    Course resumed(BatchState active) {
      return new Course(active, Optional.empty(), createdAt, updatedAt, revision + 1);
    }
  }

  /** Of a batch that is done, as its reason. */
  private static final String CHANGED =
      "the source offers other files since; reprocess it to use them";

  static Batch registered(BatchEvent.Registered event) {
    BatchSpec spec = event.spec();
    boolean skipped = spec.skip().isPresent();
    boolean direct = spec.files().isEmpty();
    BatchState state =
        skipped ? BatchState.CANCELLED : direct ? BatchState.DOWNLOADED : BatchState.QUEUED;
    return new Batch(
        Description.first(spec, event.foundAt()),
        new Course(state, spec.skip(), event.at(), event.at(), skipped ? 1 : 0),
        OrderedPMap.empty(),
        0,
        Errands.first(spec, !skipped && !direct),
        Results.none(direct));
  }

  public BatchSpec spec() {
    return description.spec();
  }

  public BatchState state() {
    return course.state();
  }

  public long revision() {
    return course.revision();
  }

  public Optional<JobId> downloadJob() {
    return errands.download().map(Errand::job);
  }

  public JobId processJob() {
    return errands.process().job();
  }

  /** Every job that it ever had, in order. */
  List<JobId> jobs() {
    return errands.all();
  }

  Set<JobId> lettingGo() {
    return errands.lettingGo();
  }

  Map<String, Provision> provided() {
    return results.provided();
  }

  /** Why it stands so, or what is to be known of it. */
  public Optional<String> words() {
    if (state() == BatchState.DONE && description.changedAtSource()) {
      return Optional.of(CHANGED);
    }
    return awaited().map(need -> "waiting for " + need.selector().describe()).or(course::reason);
  }

  /** What it waits to be offered. */
  public Optional<Need> awaited() {
    return results.awaited().filter(need -> state() == BatchState.DOWNLOADED);
  }

  /** The job that works for it now, or has failed and would go on after a retry. */
  Optional<JobId> current() {
    return switch (state()) {
      case DOWNLOADING -> downloadJob();
      case PROCESSING -> Optional.of(processJob());
      case FAILED -> errands.setback().toGoOnWith();
      case QUEUED, DOWNLOADED, DONE, CANCELLED -> Optional.empty();
    };
  }

  /** Whether that job still works for this batch; what does not is let go. */
  boolean wants(JobId job) {
    boolean download =
        errands.isDownloadAtWork(job)
            && state() != BatchState.DONE
            && state() != BatchState.CANCELLED;
    return download || (errands.isProcessAtWork(job) && state() != BatchState.CANCELLED);
  }

  /** Whether any survey wants it. */
  boolean isWanted() {
    return observers.values().stream().anyMatch(observer -> observer.claim().wanted());
  }

  Standing standing() {
    return new Standing(
        revision(),
        state(),
        state() == BatchState.CANCELLED && course.reason().equals(spec().skip()));
  }

  Batch evolve(BatchEvent event) {
    Batch next =
        switch (event) {
          case BatchEvent.Registered registered -> this;
          case BatchEvent.SurveyClaimed claimed -> claimed(claimed.claim());
          case BatchEvent.SurveyInformed told -> informed(told.survey(), told.revision());
          case BatchEvent.Described described -> described(described);
          case BatchEvent.DownloadRequested requested ->
              with(errands.requested(requested.job(), requested.generation()))
                  .with(results.seeking())
                  .with(course.to(BatchState.QUEUED));
          case BatchEvent.DownloadAccepted accepted ->
              with(errands.accepted(accepted.job(), accepted.priority()))
                  .moved(BatchState.QUEUED, BatchState.DOWNLOADING);
          case BatchEvent.Downloaded downloaded -> downloaded(downloaded);
          case BatchEvent.NeedAwaited awaited -> with(results.awaiting(awaited.need()));
          case BatchEvent.NeedMet met -> with(results.with(met.provision()));
          case BatchEvent.NeedGivenUp given ->
              with(errands.with(new Setback.NeedGivenUp()))
                  .with(course.ended(BatchState.FAILED, Optional.of(words(given.failure()))));
          case BatchEvent.NeedsSought sought ->
              with(errands.with(Setback.NONE))
                  .with(results.seeking())
                  .with(course.resumed(BatchState.DOWNLOADED));
          case BatchEvent.ProcessAccepted accepted ->
              with(errands.accepted(accepted.job(), accepted.priority()))
                  .moved(BatchState.DOWNLOADED, BatchState.PROCESSING);
          case BatchEvent.JobPriorityKnown known ->
              with(errands.with(java.util.OptionalInt.of(known.priority())));
          case BatchEvent.Processed processed -> processed(processed);
          case BatchEvent.Failed failed -> failed(failed);
          case BatchEvent.Cancelled cancelled -> cancelled(cancelled.reason());
          case BatchEvent.Resumed resumed -> resumed(resumed);
          case BatchEvent.ReprocessRequested again -> anew(again.generation());
          case BatchEvent.JobNoted noted -> with(errands.seen(noted.job(), noted.revision()));
          case BatchEvent.JobUnwanted unwanted ->
              with(errands.lettingGo(unwanted.job(), state() == BatchState.FAILED));
          case BatchEvent.RawDataReleased released -> with(errands.released(released.job()));
        };
    return next.with(next.course.at(event.at()));
  }

  private Batch with(Description next) {
    return new Batch(next, course, observers, priority, errands, results);
  }

  private Batch with(Course next) {
    return new Batch(description, next, observers, priority, errands, results);
  }

  private Batch with(Errands next) {
    return new Batch(description, course, observers, priority, next, results);
  }

  private Batch with(Results next) {
    return new Batch(description, course, observers, priority, errands, next);
  }

  private Batch moved(BatchState from, BatchState to) {
    return state() == from ? with(course.to(to)) : this;
  }

  /** A survey that finds a batch that has ended must still be told so. */
  private Batch claimed(Claim claim) {
    Observer before = observers.get(claim.survey());
    Course told =
        before == null && state().isTerminal() && revision() == 0 ? course.raised() : course;
    long unheard = state().isTerminal() ? told.revision() - 1 : told.revision();
    long informed = before != null ? before.informed() : unheard;
    OrderedPMap<SurveyId, Observer> all =
        observers.plus(claim.survey(), new Observer(claim, informed));
    int highest = highest(all.values()).orElse(priority);
    return new Batch(description, told, all, highest, errands, results);
  }

  private static Optional<Integer> highest(Collection<Observer> observers) {
    return observers.stream()
        .map(Observer::claim)
        .filter(Claim::wanted)
        .map(Claim::priority)
        .max(Integer::compare);
  }

  private Batch informed(SurveyId survey, long upTo) {
    Observer known = observers.get(survey);
    Observer told = new Observer(known.claim(), Math.max(known.informed(), upTo));
    return new Batch(description, course, observers.plus(survey, told), priority, errands, results);
  }

  /** What has ended or works goes on by what it began with; a cancelled batch has nothing. */
  private Batch described(BatchEvent.Described event) {
    Description offered = description.offered(event.spec(), event.foundAt());
    if (state() != BatchState.CANCELLED) {
      return with(offered);
    }
    Batch next = with(offered.used());
    Batch explained = next.with(course.because(next.spec().skip().or(course::reason)));
    return explained.standing().skipped() == standing().skipped()
        ? explained
        : explained.with(explained.course.raised());
  }

  private Batch downloaded(BatchEvent.Downloaded event) {
    Course on = course.to(BatchState.DOWNLOADED).because(Optional.empty());
    return with(errands.seen(event.job(), event.revision()).exists(event.job()).with(Setback.NONE))
        .with(results.with(event.result()))
        .with(state().isTerminal() ? on.raised() : on);
  }

  private Batch processed(BatchEvent.Processed event) {
    return with(errands
            .seen(event.job(), event.revision())
            .exists(event.job())
            .with(Setback.NONE)
            .lettingRawDataGo())
        .with(results.with(event.result()))
        .with(course.ended(BatchState.DONE, Optional.empty()));
  }

  private Batch failed(BatchEvent.Failed event) {
    return with(errands
            .seen(event.job(), event.revision())
            .exists(event.job())
            .with(new Setback.JobFailed(event.job())))
        .with(course.ended(BatchState.FAILED, Optional.of(words(event.failure()))));
  }

  private static String words(Failure failure) {
    return failure.failureClass().word() + ": " + failure.message();
  }

  private Batch cancelled(String why) {
    return with(errands.lettingAllGo(state() == BatchState.DOWNLOADED))
        .with(description.used())
        .with(results.seeking())
        .with(course.ended(BatchState.CANCELLED, Optional.of(why)));
  }

  /** With revision 0 it is the batch that wants it to go on, else the job says that it does. */
  private Batch resumed(BatchEvent.Resumed event) {
    Errands on =
        event.revision() == 0
            ? errands.with(new Setback.Retrying(event.job()))
            : errands.seen(event.job(), event.revision()).exists(event.job()).with(Setback.NONE);
    BatchState active =
        errands.isDownload(event.job()) ? BatchState.DOWNLOADING : BatchState.PROCESSING;
    return with(on).with(course.resumed(active));
  }

  private Batch anew(int generation) {
    boolean nothing = state() == BatchState.DONE || state() == BatchState.CANCELLED;
    Errands before = nothing ? errands : errands.lettingAllGo(state() == BatchState.DOWNLOADED);
    Description used = description.used();
    boolean direct = used.spec().files().isEmpty();
    return with(used)
        .with(before.anew(used.spec(), generation))
        .with(Results.none(direct))
        .with(course.resumed(direct ? BatchState.DOWNLOADED : BatchState.QUEUED));
  }
}
